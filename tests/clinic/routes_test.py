"""Every route of the clinic, and what it says to those who ask wrongly."""
import socket
import unittest

from service import Service, eventually, total

BOOKING = {"client_id": 7, "service_id": 3, "start_time": "2024-10-25T10:00:00", "duration_minutes": 60}


def setUpModule():
    global clinic
    clinic = Service().__enter__()
    unittest.addModuleCleanup(clinic.__exit__)


class Routes(unittest.TestCase):
    def get(self, path):
        answer = clinic.call("GET", path)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/json; charset=utf-8")
        return answer.json

    def refuse(self, status, method, path, body=None, names=""):
        answer = clinic.call(method, path, body)
        self.assertEqual(answer.status, status, (path, body, answer))
        self.assertIn(names, answer.json["error"])

    def test_health_is_open_to_all(self):
        self.assertEqual(clinic.request("GET", "/api/v1/health").json, {"status": "ok"})

    def test_login(self):
        login = "/api/v1/auth/login"
        for body, status in [({"email": "test@pazpaz.com", "password": "testpass"}, 200),
                             ({"email": "test@pazpaz.com", "password": "wrong"}, 401),
                             ({"email": "nobody@pazpaz.com", "password": "testpass"}, 401),
                             ({"email": "test@pazpaz.com", "password": ""}, 401),
                             ({"email": "test@pazpaz.com"}, 400), ({"email": 1, "password": "testpass"}, 400),
                             ({"email": "a\0b", "password": "testpass"}, 400),
                             ("", 400), ("{", 400), ("[]", 400), (b'{"email": "\xff", "password": "x"}', 400)]:
            answer = clinic.request("POST", login, body)
            self.assertEqual(answer.status, status, (body, answer))
            self.assertIn("access_token" if status == 200 else "error", answer.json)

    def test_a_token_is_needed(self):
        paths = ["appointments", "appointments/1", "schedule", "clients", "clients/1", "sessions", "services", "users/me"]
        for method, path in [("GET", path) for path in paths] + [("POST", "appointments"), ("POST", "sessions")]:
            for header in [None, "Bearer", "Bearer ", "Bearer 0123", "Basic dGVzdDp0ZXN0", "bearer\tx"]:
                answer = clinic.request(method, "/api/v1/" + path, None, {"Authorization": header} if header else {})
                self.assertEqual(answer.status, 401, (method, path, header, answer))
                self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
                self.assertTrue(answer.json["error"])

    def test_me(self):
        me = self.get("/api/v1/users/me")
        self.assertEqual(me["email"], "test@pazpaz.com")
        self.assertNotIn("password_hash", me)

    def test_clients(self):
        first = self.get("/api/v1/clients")
        self.assertEqual([client["id"] for client in first["items"]], list(range(1, 21)))
        self.assertEqual(first["next_offset"], 20)
        last = self.get("/api/v1/clients?limit=100&offset=50")
        self.assertEqual([client["id"] for client in last["items"]], list(range(51, 101)))
        self.assertIsNone(last["next_offset"])
        for id in (1, 100):
            self.assertEqual(self.get(f"/api/v1/clients/{id}")["id"], id)

    def test_services(self):
        self.assertEqual([service["id"] for service in self.get("/api/v1/services")["items"]], list(range(1, 11)))

    def test_unknown_ids(self):
        for id in ("0", "-1", "101", "999999", "99999999999999999999", "abc", "1x", "%00", "%ff", "1'--"):
            self.refuse(404, "GET", "/api/v1/clients/" + id)
            self.refuse(404, "GET", "/api/v1/appointments/" + (id if id != "101" else "99999999"))

    def test_unknown_routes(self):
        for method, path in [("GET", "/"), ("GET", "/api/v1/nothing"), ("GET", "/api/v1/clients/1/2"),
                             ("DELETE", "/api/v1/clients/1"), ("PUT", "/api/v1/appointments")]:
            answer = clinic.request(method, path)
            self.assertEqual(answer.status, 404, (method, path, answer))
            self.assertTrue(answer.json["error"])

    def test_bad_parameters(self):
        for query in ("limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "limit=1e2", "offset=-1", "offset=10001",
                      "offset=99999999999999999999"):
            for path in ("appointments", "schedule", "clients", "services", "sessions"):
                self.refuse(400, "GET", f"/api/v1/{path}?{query}", names=query.split("=")[0])
        for date in ("2024-13-01", "2024-02-30", "2023-02-29", "24-10-2024", "2024-10-25T10:00", "now", "", "1999-12-31"):
            self.refuse(400, "GET", "/api/v1/appointments?date=" + date, names="date")
            self.refuse(400, "GET", "/api/v1/schedule?date=" + date, names="date")
        self.refuse(400, "GET", "/api/v1/schedule?therapist_id=x", names="therapist_id")
        self.refuse(400, "GET", "/api/v1/sessions?appointment_id=0", names="appointment_id")

    def test_a_new_appointment_is_in_every_list_at_once(self):
        lists = ["/api/v1/appointments", "/api/v1/appointments?date=2024-10-28", "/api/v1/schedule",
                 "/api/v1/schedule?date=2024-10-31", "/api/v1/schedule?therapist_id=4"]
        for _ in range(2):
            for path in lists:
                self.get(path)  # now it is cached
            created = clinic.call("POST", "/api/v1/appointments", dict(BOOKING, start_time="2024-10-28T09:30"))
            self.assertEqual(created.status, 201, created)
            appointment = created.json
            self.assertEqual(appointment["start_time"], "2024-10-28T09:30:00")
            self.assertEqual(appointment["therapist_id"], 4)  # client 7's
            for path in lists:
                self.assertIn(appointment["id"], [item["id"] for item in self.get(path)["items"]], path)
            found = self.get(f"/api/v1/appointments/{appointment['id']}")
            self.assertEqual(found, appointment | {"client": "Client 7", "service": "Physiotherapy"})

    def test_lists_are_cached(self):
        self.get("/api/v1/appointments?limit=3")
        before = clinic.metrics()
        for _ in range(5):
            self.assertEqual(len(self.get("/api/v1/appointments?limit=3")["items"]), 3)
        after = clinic.metrics()
        self.assertEqual(total(after, "cache_hits_total", hit="true") - total(before, "cache_hits_total", hit="true"), 5)

    def test_the_day_and_the_week(self):
        day = self.get("/api/v1/appointments?date=2024-10-22&limit=100")["items"]
        self.assertEqual(len(day), 24)
        self.assertEqual(day, sorted(day, key=lambda item: (item["start_time"], -item["id"])))
        week = self.get("/api/v1/schedule?date=2024-10-27&limit=100&therapist_id=2")["items"]
        self.assertTrue(week)
        self.assertEqual({item["therapist_id"] for item in week}, {2})
        self.assertTrue(all("2024-10-21" <= item["start_time"] < "2024-10-28" for item in week))
        self.assertEqual(self.get("/api/v1/schedule?date=2031-01-01")["items"], [])

    def test_bad_bookings(self):
        path = "/api/v1/appointments"
        for field in BOOKING:
            for value in (None, "x", {}, [], True, 1.5, "", 0, -1, 2**31, 2**63, 2**64, 1e300):
                self.refuse(400, "POST", path, dict(BOOKING, **{field: value}), names=field)
            self.refuse(400, "POST", path, {key: BOOKING[key] for key in BOOKING if key != field}, names=field)
        for time in ("2024-10-25", "2024-10-25 10:00:00", "2024-10-25T24:00:00", "2024-10-25T10:60", "2024-02-30T10:00",
                     "2024-10-25T10:00:00Z", "2024-10-25T10:00:00'; DROP TABLE clients", "now", "2024-10-25T10:0é"):
            self.refuse(400, "POST", path, dict(BOOKING, start_time=time), names="start_time")
        for minutes in (4, 601):
            self.refuse(400, "POST", path, dict(BOOKING, duration_minutes=minutes), names="duration_minutes")
        for body in ("", "nothing", "[1]", "null", '{"client_id": 1', "[" * 10_000, b"\xff\xfe", '{"a":NaN}'):
            self.refuse(400, "POST", path, body)
        self.refuse(404, "POST", path, dict(BOOKING, client_id=101), names="client")
        self.refuse(404, "POST", path, dict(BOOKING, service_id=11), names="service")
        self.refuse(413, "POST", path, " " * 100_000)

    def test_sessions(self):
        path = "/api/v1/sessions"
        for notes in ("Went well.", "שלום \u2028 '; --", ""):
            created = clinic.call("POST", path, {"appointment_id": 50, "notes": notes})
            self.assertEqual(created.status, 201, created)
            self.assertEqual(created.json["notes"], notes)
            self.assertEqual(self.get(path)["items"][0], created.json)
            self.assertEqual(self.get(path + "?appointment_id=50")["items"][0], created.json)
        self.assertEqual(clinic.call("POST", path, {"appointment_id": 50}).json["notes"], "")
        for body in ({}, {"appointment_id": "50"}, {"appointment_id": 0}, {"appointment_id": 50, "notes": 7},
                     {"appointment_id": 50, "notes": "x" * 10_001}, {"appointment_id": 50, "notes": "\0"}):
            self.refuse(400, "POST", path, body)
        self.refuse(404, "POST", path, {"appointment_id": 10**12})

    def test_garbage_instead_of_http(self):
        for bytes_sent in (b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n",
                           b"POST /api/v1/appointments HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"A" * 20_000):
            with socket.create_connection(("127.0.0.1", clinic.port), 10) as connection:
                connection.sendall(bytes_sent)
        eventually(lambda: clinic.is_alive() and clinic.answers("/api/v1/health"), "the clinic answers still")

    def test_answers_are_not_compressed(self):
        answer = clinic.request("GET", "/api/v1/health", headers={"Accept-Encoding": "gzip, br"})
        self.assertNotIn("Content-Encoding", answer.headers)

    def test_every_answer_says_how_long_it_took(self):
        self.assertRegex(clinic.call("GET", "/api/v1/clients").headers["X-Response-Time"], r"^\d+\.\d{3}ms$")


class Stopping(unittest.TestCase):
    def test_sigterm_ends_it_with_0_and_it_starts_again(self):
        self.assertEqual(clinic.stop_clinic(), 0)
        clinic.start_clinic()
        clinic.token = None
        self.assertEqual(clinic.call("GET", "/api/v1/users/me").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
