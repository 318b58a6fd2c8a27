#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/postgres.hpp>

#include "postgres/database.hpp"

using namespace std::chrono_literals;

namespace {

class PgPool : public DatabaseTest {
 protected:
  vitals::PgPool::Connect connect() const {
    return [] { return std::make_unique<pqxx::connection>(dsn()); };
  }
  [[nodiscard]] bool pool_has(const std::string& metric, int value) const {
    return exposes("db_pool_" + metric + "{pool=\"main\"} " + std::to_string(value));
  }
  [[nodiscard]] bool closed(const std::string& reason, int n) const {
    return exposes("db_pool_closed_total{pool=\"main\",reason=\"" + reason + "\"} " + std::to_string(n));
  }
  // Waits for what another thread does.
  template <class Condition>
  static bool eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  static int pid_of(pqxx::connection& connection) {
    return pqxx::nontransaction{connection}.exec("SELECT pg_backend_pid()")[0][0].as<int>();
  }
  static void terminate(int pid) {
    pqxx::connection other{dsn()};
    pqxx::nontransaction{other}.exec("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 10000)");
  }

  vitals::PgMetrics pg{registry};
};

}  // namespace

TEST_F(PgPool, LendsAndTakesBack) {
  vitals::PgPool pool{pg, "main", {.max_size = 16, .acquire_timeout = 2s}, connect()};
  EXPECT_TRUE(pool_has("connections_max", 16)) << text();
  EXPECT_TRUE(pool_has("connections_active", 0));
  {
    auto lease = pool.acquire();
    EXPECT_TRUE(pool_has("connections_active", 1));
    vitals::PgTransaction tx{pg, lease};
    EXPECT_EQ(tx.exec("SELECT 1").size(), 1);
    tx.commit();
    vitals::PgTransaction pooled{pg, *lease};
    EXPECT_EQ(pooled.exec("SELECT 1").size(), 1);
  }
  EXPECT_TRUE(pool_has("connections_active", 0));
  EXPECT_TRUE(pool_has("connections_idle", 1));
  EXPECT_TRUE(pool_has("create_seconds_count", 1));
  EXPECT_TRUE(pool_has("use_seconds_count", 1));
  EXPECT_TRUE(pool_has("wait_seconds_count", 1));
}

TEST_F(PgPool, LendsTheOneUsedLast) {
  vitals::PgPool pool{pg, "main", {}, connect()};
  auto first = pool.acquire();
  auto second = pool.acquire();
  pqxx::connection* const used_last = &*first;
  second.release();
  first.release();

  EXPECT_EQ(&*pool.acquire(), used_last);
  EXPECT_TRUE(pool_has("create_seconds_count", 2));
}

TEST_F(PgPool, MovesLeases) {
  vitals::PgPool pool{pg, "main", {}, connect()};
  auto lease = pool.acquire();
  auto moved = std::move(lease);
  EXPECT_TRUE(pool_has("connections_active", 1));
  moved = pool.acquire();
  EXPECT_TRUE(pool_has("connections_active", 1)) << "the one that was overwritten went back";
  moved.release();
  moved.release();
  EXPECT_TRUE(pool_has("connections_active", 0));
}

TEST_F(PgPool, GivesUpAfterItsTimeout) {
  vitals::PgPool pool{pg, "main", {.max_size = 1, .acquire_timeout = 20ms}, connect()};
  auto lease = pool.acquire();
  const auto start = std::chrono::steady_clock::now();

  try {
    (void)pool.acquire();
    FAIL() << "acquired a second one of one";
  } catch (const vitals::PgPoolTimeout& error) {
    EXPECT_STREQ(error.what(), "vitals::PgPool main: no connection within 20 ms; 1 in use, 0 others waiting");
  }

  EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
  EXPECT_TRUE(pool_has("acquire_timeouts_total", 1));
  EXPECT_TRUE(pool_has("wait_seconds_count", 2));
  EXPECT_TRUE(pool_has("waiters", 0));
  lease.release();
  EXPECT_NO_THROW((void)pool.acquire());
}

TEST_F(PgPool, ServesWaitersInTheirOrder) {
  vitals::PgPool pool{pg, "main", {.max_size = 1, .acquire_timeout = 30s}, connect()};
  auto lease = pool.acquire();
  std::vector<int> served;  // written by who holds the only connection
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&pool, &served, i] {
      const auto mine = pool.acquire();
      served.push_back(i);
    });
    ASSERT_TRUE(eventually([&] { return pool_has("waiters", i + 1); }));
  }

  lease.release();
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_TRUE(pool_has("waited_acquires_total", 4));
  EXPECT_TRUE(pool_has("create_seconds_count", 1));
}

TEST_F(PgPool, PassesOnWhatConnectThrows) {
  int calls = 0;
  vitals::PgPool pool{pg, "main", {.max_size = 1}, [&]() -> std::unique_ptr<pqxx::connection> {
                        if (++calls == 1) return std::make_unique<pqxx::connection>("host=/nowhere dbname=none");
                        if (calls == 2) return nullptr;
                        return std::make_unique<pqxx::connection>(dsn());
                      }};

  EXPECT_THROW((void)pool.acquire(), pqxx::broken_connection);
  EXPECT_TRUE(exposes("db_pool_create_failures_total{pool=\"main\",error_type=\"08\"} 1")) << text();
  EXPECT_THROW((void)pool.acquire(), std::logic_error);
  EXPECT_NO_THROW((void)pool.acquire()) << "the slot was given back";
  EXPECT_TRUE(pool_has("connections_active", 0));
}

// A thread that fails to connect gives its slot to one that waits, or that would wait although nobody uses the slot.
TEST_F(PgPool, HandsASlotOnWhenConnectFails) {
  std::mutex mutex;
  std::condition_variable condition;
  bool may_fail = false;
  std::atomic<int> calls{0};
  vitals::PgPool pool{pg, "main", {.max_size = 1, .acquire_timeout = 30s}, [&] {
                        if (calls++ > 0) return std::make_unique<pqxx::connection>(dsn());
                        std::unique_lock lock{mutex};
                        condition.wait(lock, [&] { return may_fail; });
                        throw pqxx::broken_connection{"no"};
                      }};
  std::thread failing{[&] { EXPECT_THROW((void)pool.acquire(), pqxx::broken_connection); }};
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  std::thread waiting{[&] { EXPECT_NO_THROW((void)pool.acquire()); }};
  ASSERT_TRUE(eventually([&] { return pool_has("waiters", 1); }));

  {
    const std::lock_guard lock{mutex};
    may_fail = true;
  }
  condition.notify_one();
  failing.join();
  waiting.join();

  EXPECT_EQ(calls, 2);
}

TEST_F(PgPool, TellsAnOutageOnceAndItsEnd) {
  std::vector<std::string> told;
  bool up = false;
  const auto flaky = [&up] {
    if (!up) throw pqxx::broken_connection{"no\n\tserver\n"};
    return std::make_unique<pqxx::connection>(dsn());
  };
  const auto tell = [&told](const vitals::PgPoolChange& change) {
    told.push_back(std::string{change.pool} + (change.reachable ? " up" : " down ") + std::string{change.error});
    throw std::runtime_error{"dropped"};
  };
  vitals::PgPool pool{pg, "main", {.max_lifetime = 1ns, .on_change = tell}, flaky};
  testing::internal::CaptureStderr();
  vitals::PgPool silent{pg, "other", {.max_lifetime = 1ns}, flaky};
  for (int outage = 0; outage < 2; ++outage) {
    up = false;
    for (int i = 0; i < 3; ++i) {
      EXPECT_THROW((void)pool.acquire(), pqxx::broken_connection);
      EXPECT_THROW((void)silent.acquire(), pqxx::broken_connection);
    }
    up = true;
    for (vitals::PgPool* each : {&pool, &silent}) {
      EXPECT_NO_THROW((void)each->acquire());
      EXPECT_NO_THROW((void)each->acquire());
    }
  }

  EXPECT_EQ(told,
            (std::vector<std::string>{"main down no\n\tserver\n", "main up", "main down no\n\tserver\n", "main up"}));
  // The second outage is within 10 s of the first.
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "vitals::PgPool other: can't connect: no server (PgPoolOptions::on_change takes these lines)\n"
            "vitals::PgPool other: connections can be made again\n");
}

TEST_F(PgPool, TellsTheEndOfAnOutageAfterItsBegin) {
  std::promise<void> telling;
  std::promise<void> may_end;
  std::vector<std::string> told;  // unguarded, since one call follows the other
  std::atomic<bool> up{false};
  const auto flaky = [&up] {
    if (!up) throw pqxx::broken_connection{"no server"};
    return std::make_unique<pqxx::connection>(dsn());
  };
  vitals::PgPool* self = nullptr;
  const auto tell = [&](const vitals::PgPoolChange& change) {
    if (!change.reachable) {
      telling.set_value();
      may_end.get_future().wait();
    }
    EXPECT_NO_THROW((void)self->acquire());  // no lock is held
    told.push_back((change.reachable ? "up" : "down ") + std::string{change.error});
  };
  vitals::PgPool pool{pg, "main", {.on_change = tell}, flaky};
  self = &pool;
  std::thread finder{[&pool] { EXPECT_THROW((void)pool.acquire(), pqxx::broken_connection); }};
  telling.get_future().wait();
  up = true;
  EXPECT_NO_THROW((void)pool.acquire());
  may_end.set_value();
  finder.join();
  EXPECT_EQ(told, (std::vector<std::string>{"down no server", "up"}));
}

TEST_F(PgPool, ReplacesAConnectionThatDiedIdle) {
  vitals::PgPool pool{pg, "main", {}, connect()};
  int pid = 0;
  {
    auto lease = pool.acquire();
    pid = pid_of(lease);
  }
  terminate(pid);

  auto lease = pool.acquire();
  EXPECT_NE(pid_of(lease), pid);
  EXPECT_TRUE(closed("broken", 1)) << text();
}

TEST_F(PgPool, DropsAConnectionThatDiedInUse) {
  vitals::PgPool pool{pg, "main", {}, connect()};
  {
    auto lease = pool.acquire();
    vitals::PgTransaction tx{pg, lease};
    EXPECT_ANY_THROW(tx.exec("SELECT pg_terminate_backend(pg_backend_pid())"));
  }
  auto lease = pool.acquire();
  EXPECT_NO_THROW(pid_of(lease));
  EXPECT_TRUE(closed("broken", 1)) << text();
}

TEST_F(PgPool, EndsTheLifeOfOldConnections) {
  vitals::PgPool pool{pg, "main", {.max_lifetime = 1ns}, connect()};
  pool.acquire().release();
  pool.acquire().release();
  EXPECT_TRUE(closed("lifetime", 2)) << text();
  EXPECT_TRUE(pool_has("connections_idle", 0));
}

TEST_F(PgPool, ClosesConnectionsThatAreIdleForLong) {
  vitals::PgPool pool{pg, "main", {.idle_timeout = 1ms}, connect()};
  {
    auto first = pool.acquire();
    auto second = pool.acquire();
  }
  std::this_thread::sleep_for(5ms);
  pool.acquire().release();

  EXPECT_TRUE(closed("idle", 2)) << text();
  EXPECT_TRUE(pool_has("create_seconds_count", 3));
}

TEST_F(PgPool, ResetsWhatReturns) {
  vitals::PgPool pool{pg, "main", {.reset_sql = "RESET ALL"}, connect()};
  {
    auto lease = pool.acquire();
    pqxx::nontransaction{*lease}.exec("SET search_path = nowhere");
  }
  auto lease = pool.acquire();
  EXPECT_NE(pqxx::nontransaction{*lease}.exec("SHOW search_path")[0][0].as<std::string>(), "nowhere");
  EXPECT_TRUE(counted("RESET", "none", 1)) << text();
}

TEST_F(PgPool, DropsWhatCannotBeReset) {
  vitals::PgPool pool{pg, "main", {.reset_sql = "NONSENSE"}, connect()};
  pool.acquire().release();
  EXPECT_TRUE(closed("reset_failed", 1)) << text();
  EXPECT_TRUE(pool_has("connections_idle", 0));
}

TEST_F(PgPool, LeavesNothingInItsGauges) {
  { vitals::PgPool{pg, "main", {.max_size = 3}, connect()}.acquire().release(); }
  EXPECT_TRUE(pool_has("connections_max", 0)) << text();
  EXPECT_TRUE(pool_has("connections_idle", 0));
  EXPECT_TRUE(closed("shutdown", 1));
}

TEST_F(PgPool, RejectsOptionsThatMakeNoSense) {
  EXPECT_THROW((vitals::PgPool{pg, "main", {.max_size = 0}, connect()}), std::invalid_argument);
  EXPECT_THROW((vitals::PgPool{pg, "main", {.acquire_timeout = -1s}, connect()}), std::invalid_argument);
  EXPECT_THROW((vitals::PgPool{pg, "main", {.max_lifetime = 0s}, connect()}), std::invalid_argument);
  EXPECT_NO_THROW(
      ((void)vitals::PgPool{pg, "main", {.acquire_timeout = std::chrono::nanoseconds::max()}, connect()}.acquire()));
}

TEST_F(PgPool, SharesFewConnectionsAmongManyThreads) {
  vitals::PgPool pool{pg, "main", {.max_size = 3, .acquire_timeout = 60s}, connect()};
  std::mutex mutex;
  std::set<pqxx::connection*> in_use;
  std::atomic<int> most{0};

  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        auto lease = pool.acquire();
        {
          const std::lock_guard lock{mutex};
          EXPECT_TRUE(in_use.insert(&*lease).second) << "lent twice";
          most = std::max<int>(most, static_cast<int>(in_use.size()));
        }
        vitals::PgTransaction tx{pg, lease};
        // Now and then one dies in use.
        if (t == 0 && i % 10 == 9) {
          EXPECT_ANY_THROW(tx.exec("SELECT pg_terminate_backend(pg_backend_pid())"));
        } else {
          EXPECT_EQ(tx.exec1("SELECT 1")[0].as<int>(), 1);
          tx.commit();
        }
        const std::lock_guard lock{mutex};
        in_use.erase(&*lease);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_LE(most, 3);
  EXPECT_TRUE(pool_has("connections_active", 0)) << text();
  EXPECT_TRUE(pool_has("wait_seconds_count", 400));
  EXPECT_TRUE(pool_has("use_seconds_count", 400));
  EXPECT_TRUE(closed("broken", 5));
}
