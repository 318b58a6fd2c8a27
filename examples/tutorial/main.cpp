// Books: an HTTP API over PostgreSQL, with a cache in Redis. docs/tutorial.md makes it step by step.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include <httplib.h>

#include <vitals/http.hpp>
#include <vitals/http/httplib.hpp>
#include <vitals/postgres.hpp>
#include <vitals/redis.hpp>
#include <vitals/vitals.hpp>

using namespace std::chrono_literals;

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

std::uint16_t port(const char* name, const char* otherwise) {
  return static_cast<std::uint16_t>(std::stoi(setting(name, otherwise)));
}

void answer(httplib::Response& response, int status, const std::string& text) {
  response.status = status;
  response.set_content(text + "\n", "text/plain");
}

int main() {
  vitals::Registry registry;
  vitals::register_process_metrics(registry);
  vitals::HttpMetrics http{registry, {.routes = {"/health", "GET|POST /books", "GET|PUT /books/{id}"}}};

  httplib::Server server;
  server.set_tcp_nodelay(true);  // else a client that keeps its connection waits 40 ms for each small answer
  vitals::instrument(server, http);
  server.Get("/health", [](const httplib::Request&, httplib::Response& response) { answer(response, 200, "ok"); });

  vitals::PgMetrics pg{registry};
  vitals::PgPool pool{pg, "main", {.max_size = 4}, [] {
                        return std::make_unique<pqxx::connection>(setting("POSTGRES_DSN", "dbname=books"));
                      }};

  server.Get("/books", [&](const httplib::Request&, httplib::Response& response) {
    auto connection = pool.acquire();
    vitals::PgTransaction tx{pg, connection};
    auto rows = tx.exec("SELECT id, title FROM books ORDER BY id DESC LIMIT 10");
    std::string list;
    for (const auto& row : rows) list += row[0].as<std::string>() + ": " + row[1].as<std::string>() + "\n";
    response.set_content(list, "text/plain");
  });

  vitals::RedisPool redis{registry, {.port = port("REDIS_PORT", "6379")}};
  vitals::Cache cache{registry, redis, {.prefix = "books"}};
  auto find_title = [&](int id) -> std::optional<std::string> {
    auto connection = pool.acquire();
    vitals::PgTransaction tx{pg, connection};
    auto rows = tx.exec_params("SELECT title FROM books WHERE id = $1", id);
    if (rows.empty()) return std::nullopt;
    return rows[0][0].as<std::string>();
  };
  auto title = cache.cached("title", find_title, {.ttl = 60s});

  server.Get(R"(/books/(\d{1,9}))", [&](const httplib::Request& request, httplib::Response& response) {
    const std::optional<std::string> found = title(std::stoi(request.matches[1]));
    answer(response, found ? 200 : 404, found.value_or("no such book"));
  });

  auto& changes = registry.counter("books_changes_total", "Changes of the stock.", {"kind"});

  server.Post("/books", [&](const httplib::Request& request, httplib::Response& response) {
    auto connection = pool.acquire();
    vitals::PgTransaction tx{pg, connection};
    auto rows = tx.exec_params("INSERT INTO books (title) VALUES ($1) RETURNING id", request.body);
    tx.commit();
    const int id = rows[0][0].as<int>();
    title.erase(id);  // that there is no such book may be cached
    changes.with("added").inc();
    answer(response, 201, std::to_string(id));
  });

  server.Put(R"(/books/(\d{1,9}))", [&](const httplib::Request& request, httplib::Response& response) {
    const int id = std::stoi(request.matches[1]);
    auto connection = pool.acquire();
    vitals::PgTransaction tx{pg, connection};
    auto rows = tx.exec_params("UPDATE books SET title = $1 WHERE id = $2", request.body, id);
    tx.commit();
    title.erase(id);  // after the commit, not before
    if (rows.affected_rows() == 0) return answer(response, 404, "no such book");
    changes.with("renamed").inc();
    answer(response, 200, "renamed");
  });

  vitals::Endpoint endpoint{registry, {.port = port("METRICS_PORT", "9464")}};
  return server.listen("127.0.0.1", port("PORT", "8080")) ? 0 : 1;
}
