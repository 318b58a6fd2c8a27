#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/postgres.hpp>

#include "postgres/database.hpp"
#include "postgres/private_postgres.hpp"

using namespace std::chrono_literals;

// The server is killed with signal 9 under load and comes back: the pool must follow by itself.
TEST(PgOutage, PoolRecoversByItself) {
  if (std::getenv("VITALS_TEST_POSTGRES") == nullptr)
    GTEST_SKIP() << "VITALS_TEST_POSTGRES is not set: no PostgreSQL here";
  PrivatePostgres server;
  vitals::Registry registry;
  vitals::PgMetrics pg{registry};
  vitals::PgPool pool{pg, "main", {.max_size = 4, .acquire_timeout = 30s}, [&] {
                        return std::make_unique<pqxx::connection>(server.dsn());
                      }};

  std::atomic<bool> stop{false};
  std::atomic<int> succeeded{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      while (!stop) {
        try {
          auto lease = pool.acquire();
          vitals::PgTransaction tx{pg, lease};
          tx.exec("SELECT 1");
          tx.commit();
          ++succeeded;
        } catch (const std::exception&) {
          ++failed;
          std::this_thread::sleep_for(1ms);
        }
      }
    });
  }
  const auto grows = [](const std::atomic<int>& count) {
    const int before = count;
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (count < before + 50 && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    return count >= before + 50;
  };

  EXPECT_TRUE(grows(succeeded));
  server.kill9();
  EXPECT_TRUE(grows(failed)) << "nobody noticed";
  server.restart();
  EXPECT_TRUE(grows(succeeded)) << "no recovery";

  server.kill9();
  server.restart();  // while some connections were idle, and none was used
  EXPECT_TRUE(grows(succeeded)) << "no second recovery";
  stop = true;
  for (std::thread& thread : threads) thread.join();

  const int failures = failed;
  for (int i = 0; i < 4; ++i) EXPECT_NO_THROW((void)pool.acquire());
  EXPECT_EQ(failed, failures);
  const std::string text = vitals::to_text(registry);
  EXPECT_NE(text.find("db_pool_connections_active{pool=\"main\"} 0\n"), std::string::npos) << text;
  EXPECT_NE(text.find("db_pool_create_failures_total{pool=\"main\",error_type=\"08\"}"), std::string::npos) << text;
}
