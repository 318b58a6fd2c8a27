"""The clinic's users for Locust (https://locust.io): 100 of them, who log in and think for 1 to 3 s between their requests.

locust -f examples/clinic/locustfile.py --host http://127.0.0.1:8080 --users 100 --spawn-rate 10 --run-time 5m --headless
"""
import random

from locust import HttpUser, between, task


class ClinicUser(HttpUser):
    wait_time = between(1, 3)

    def on_start(self):
        with self.client.post("/api/v1/auth/login", json={"email": "test@pazpaz.com", "password": "testpass"},
                              catch_response=True) as answer:
            token = answer.json().get("access_token") if answer.ok else None
            if token is None:
                answer.failure("no token")
                self.stop()
        self.client.headers["Authorization"] = f"Bearer {token}"

    @task(10)
    def view_appointments(self):
        self.client.get("/api/v1/appointments")

    @task(5)
    def view_schedule(self):
        self.client.get("/api/v1/schedule")

    @task(3)
    def view_clients(self):
        self.client.get("/api/v1/clients")

    @task(2)
    def create_appointment(self):
        self.client.post("/api/v1/appointments", json={
            "client_id": random.randint(1, 100),
            "service_id": random.randint(1, 10),
            "start_time": "2024-10-25T10:00:00",
            "duration_minutes": 60,
        })

    @task(1)
    def view_client(self):
        # The name is the route's, so that 100 clients are one line of the report.
        self.client.get(f"/api/v1/clients/{random.randint(1, 100)}", name="/api/v1/clients/{id}")
