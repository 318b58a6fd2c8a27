"""kill -9 of Redis, then of PostgreSQL, under load: the clinic stays up, answers what it can, and recovers by itself."""
import itertools
import unittest

from service import Service, eventually, total

LISTS = {"/api/v1/appointments", "/api/v1/schedule"}


def setUpModule():
    global clinic
    clinic = Service().__enter__()
    unittest.addModuleCleanup(clinic.__exit__)


class Outage(unittest.TestCase):
    def setUp(self):
        clinic.call("GET", "/api/v1/users/me")
        self.load = clinic.start_load("--rate", "150", "--duration", "60s", "--connections", "32")
        self.addCleanup(self.end_load)
        counted = self.counted()
        eventually(lambda: self.counted() > counted + 50, "the load runs")

    def end_load(self):
        if self.load.poll() is None:
            self.load.terminate()
            self.load.communicate()

    def counted(self, **labels):
        self.assertTrue(clinic.is_alive())
        return total(clinic.metrics(), "http_requests_total", **labels)

    def stop_load(self):
        """The report of what was sent up to now."""
        self.load.terminate()
        self.load.communicate()
        return clinic.load_report()

    def answers_go_on(self, n=150):
        """n more requests are counted, none with a 5xx. Counting asks /metrics, which must answer always."""
        counted, failed = self.counted(), self.failed()
        eventually(lambda: self.counted() > counted + n, "requests are answered")
        self.assertEqual(self.failed(), failed)

    def failed(self):
        return self.counted(status="500") + self.counted(status="503")

    def test_without_redis_nothing_fails(self):
        clinic.server("kill9_redis")
        self.answers_go_on()
        for path in LISTS:
            self.assertEqual(clinic.call("GET", path).status, 200)
        before = clinic.metrics()
        clinic.server("restart_redis")
        eventually(lambda: total(clinic.metrics(), "cache_hits_total", hit="true") >
                   total(before, "cache_hits_total", hit="true") + 20, "the cache is used again")
        self.answers_go_on()
        report = self.stop_load()
        self.assertEqual(report["all"]["failed"], 0, report)

    def test_without_postgres_it_answers_503(self):
        clinic.server("kill9_postgres")
        self.addCleanup(clinic.server, "restart_postgres")
        eventually(lambda: self.counted(status="503") > 20, "requests are refused")
        for method, path, body in [("GET", "/api/v1/clients", None), ("GET", "/api/v1/health", None),
                                   ("GET", "/api/v1/clients/1", None), ("POST", "/api/v1/sessions", {"appointment_id": 1}),
                                   ("GET", "/api/v1/users/me", None)]:
            answer = clinic.call(method, path, body)
            self.assertEqual(answer.status, 503, (path, answer))
            self.assertIn("database", answer.json["error"])
            self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertEqual(clinic.call("GET", "/api/v1/clients/0").status, 404)
        self.assertEqual(clinic.call("POST", "/api/v1/appointments", {}).status, 400)

        clinic.server("restart_postgres")
        eventually(lambda: clinic.answers("/api/v1/health"), "the database is found again")
        # Each connection of the pool that broke may cost one more request.
        eventually(lambda: self.calm(), "requests succeed again")
        self.answers_go_on()
        self.assertEqual(clinic.call("GET", "/api/v1/clients").status, 200)

    def calm(self):
        failed, counted = self.failed(), self.counted()
        eventually(lambda: self.counted() > counted + 100, "requests are counted")
        return self.failed() == failed


class Alone(unittest.TestCase):
    """Without load, whose new appointments would empty the cache."""

    def test_without_postgres_it_answers_what_is_cached(self):
        lists = ["/api/v1/appointments?limit=2", "/api/v1/schedule?date=2024-10-21"]
        cached = [clinic.call("GET", path).body for path in lists]
        clinic.server("kill9_postgres")
        self.addCleanup(clinic.server, "restart_postgres")
        for path, body in zip(lists, cached):
            answer = clinic.call("GET", path)
            self.assertEqual((answer.status, answer.body), (200, body))
        # The server's sessions outlive it by a moment; a list of another length is asked for each time, so none is cached.
        lengths = itertools.count(3)
        eventually(lambda: clinic.call("GET", f"/api/v1/appointments?limit={next(lengths)}").status == 503,
                   "the database is gone")

    def test_it_starts_without_servers_and_finds_them_later(self):
        clinic.stop_clinic()
        clinic.server("kill9_postgres")
        clinic.server("kill9_redis")
        clinic.token = None
        clinic.launch()
        eventually(lambda: clinic.is_alive() and clinic.reachable(), "the clinic listens")
        self.assertEqual(clinic.request("GET", "/api/v1/health").status, 503)
        self.assertEqual(clinic.request("POST", "/api/v1/auth/login", {"email": "a", "password": "b"}).status, 503)
        clinic.server("restart_postgres")
        clinic.server("restart_redis")
        eventually(lambda: clinic.answers("/api/v1/health"), "the database is found")
        self.assertEqual(clinic.call("GET", "/api/v1/appointments").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
