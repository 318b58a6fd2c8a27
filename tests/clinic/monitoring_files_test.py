"""The files of examples/monitoring, judged by the programs that read them: docker-compose, promtool, amtool."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from service import ROOT

FOLDER = Path(ROOT) / "examples/monitoring"
END_BY_THEMSELVES = {"dashboards", "rules"}


def read(path):
    return yaml.safe_load((FOLDER / path).read_text())


def judged(*command):
    """(exit status, what the program said)."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


@unittest.skipUnless(shutil.which("docker-compose"), "docker-compose is missing: install the package of that name")
class Compose(unittest.TestCase):
    def setUp(self):
        self.services = read("compose.yml")["services"]

    def test_docker_compose_accepts_it(self):
        self.assertEqual(judged("docker-compose", "-f", str(FOLDER / "compose.yml"), "config", "-q"), (0, ""))

    def test_docker_compose_would_refuse_a_mistake(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong = Path(folder) / "compose.yml"
            wrong.write_text((FOLDER / "compose.yml").read_text().replace("restart: unless-stopped", "restarts: unless-stopped", 1))
            status, said = judged("docker-compose", "-f", str(wrong), "config", "-q")
            self.assertNotEqual(status, 0)
            self.assertIn("restarts", said)

    def test_images_are_pinned_to_a_version(self):
        for name, service in self.services.items():
            if "build" not in service:
                self.assertRegex(service["image"], r"^[\w./-]+:v?\d+\.\d+", name)
        for image in re.findall(r"^FROM (\S+)", (FOLDER / "Dockerfile").read_text(), flags=re.M):
            self.assertRegex(image, r":\d+\.\d+", "Dockerfile")

    def test_what_stays_is_checked_and_started_again(self):
        for name, service in self.services.items():
            if name not in END_BY_THEMSELVES:
                self.assertEqual(service["restart"], "unless-stopped", name)
                self.assertTrue(service["healthcheck"].get("test") or service["healthcheck"].get("disable"), name)

    def test_ports_are_those_of_this_machine_alone(self):
        for name, service in self.services.items():
            for port in service.get("ports", []):
                self.assertRegex(port, r"^127\.0\.0\.1:\d+:\d+$", name)

    def test_what_is_mounted_is_there(self):
        volumes = read("compose.yml")["volumes"]
        for name, service in self.services.items():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                self.assertTrue((FOLDER / source).exists() if source[0] in "./" else source in volumes, (name, volume))

    def test_prometheus_keeps_more_than_the_30_days_of_an_error_budget(self):
        (flag,) = [flag for flag in self.services["prometheus"]["command"] if "retention" in flag]
        self.assertGreaterEqual(int(re.fullmatch(r"--storage\.tsdb\.retention\.time=(\d+)d", flag).group(1)), 40)

    def test_grafana_finds_its_datasource_and_dashboards(self):
        mounts = dict(reversed(volume.split(":")[:2]) for volume in self.services["grafana"]["volumes"])
        (datasource,) = read(mounts["/etc/grafana/provisioning/datasources"] + "/prometheus.yml")["datasources"]
        self.assertEqual((datasource["uid"], datasource["url"]), ("prometheus", "http://prometheus:9090"))
        (provider,) = read(mounts["/etc/grafana/provisioning/dashboards"] + "/files.yml")["providers"]
        volume = mounts[provider["options"]["path"]]
        # They are written by the command, of the levels that the service has, before Grafana starts.
        writer = self.services[volume]
        self.assertEqual(writer["command"][:4], ["vitals", "dashboards", "--config", "/etc/clinic/service-levels.yml"])
        self.assertEqual(writer["volumes"], [f"{volume}:{writer['command'][-1]}"])
        self.assertIn(volume, self.services["grafana"]["depends_on"])
        self.assertFalse(provider["allowUiUpdates"], "what is changed there would be lost")


class Prometheus(unittest.TestCase):
    @unittest.skipUnless(shutil.which("promtool"), "promtool is missing: install the package of that name, or prometheus")
    def test_promtool_accepts_it_with_the_rules_of_the_clinic(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(FOLDER / "targets", Path(folder) / "targets")
            shutil.copy(FOLDER / "prometheus.yml", folder)
            rules = Path(folder) / "rules"
            rules.mkdir()
            levels = Path(ROOT) / "examples/clinic/service-levels.yml"
            status, said = judged(os.environ["VITALS"], "rules", "--config", str(levels), "--pack", "explicit", "--output", str(rules))
            self.assertEqual(status, 0, said)
            status, said = judged("promtool", "check", "config", str(Path(folder) / "prometheus.yml"))
            self.assertEqual(status, 0, said)
            self.assertIn("1 rule files found", said)

    @unittest.skipUnless(shutil.which("promtool"), "promtool is missing: install the package of that name, or prometheus")
    def test_promtool_accepts_what_the_document_shows(self):
        blocks = re.findall(r"^```yaml\n(.*?)^```$", (Path(ROOT) / "docs/monitoring.md").read_text(), flags=re.M | re.S)
        configurations = [block for block in blocks if isinstance(yaml.safe_load(block), dict)]
        self.assertGreaterEqual(len(configurations), 3)
        for configuration in configurations:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "prometheus.yml"
                # Debian's Prometheus is built without Kubernetes: what follows the discovery is judged with another one.
                file.write_text(re.sub(r"kubernetes_sd_configs:\n.*role: pod", "static_configs:\n      - targets: [a]", configuration))
                status, said = judged("promtool", "check", "config", str(file))
                self.assertEqual(status, 0, said)

    def test_scrapes_are_close_enough_for_rates_over_two_minutes(self):
        self.assertLessEqual(int(read("prometheus.yml")["global"]["scrape_interval"].removesuffix("s")), 30)

    @unittest.skipUnless(shutil.which("promtool"), "promtool is missing: install the package of that name, or prometheus")
    def test_promtool_would_refuse_a_mistake(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong = Path(folder) / "prometheus.yml"
            wrong.write_text((FOLDER / "prometheus.yml").read_text().replace("scrape_interval: 15s", "scrape_interval: 15", 1))
            self.assertNotEqual(judged("promtool", "check", "config", str(wrong))[0], 0)

    def test_every_target_is_a_service(self):
        services = read("compose.yml")["services"]
        for job in read("prometheus.yml")["scrape_configs"]:
            (discovery,) = job["file_sd_configs"]
            for file in discovery["files"]:
                for group in read(file):
                    for target in group["targets"]:
                        self.assertIn(target.split(":")[0], [*services, "127.0.0.1"], file)


@unittest.skipUnless(shutil.which("amtool"), "amtool is missing: install the package prometheus-alertmanager")
class Alertmanager(unittest.TestCase):
    FILE = str(FOLDER / "alertmanager.yml")

    def test_amtool_accepts_it(self):
        status, said = judged("amtool", "check-config", self.FILE)
        self.assertEqual(status, 0, said)

    def test_pages_go_to_the_pager_and_all_else_to_the_queue(self):
        receivers = {"page": "pager", "critical": "pager", "ticket": "queue", "warning": "queue", "info": "queue"}
        for severity, receiver in receivers.items():
            status, said = judged("amtool", "config", "routes", "test", "--config.file=" + self.FILE,
                                  "--verify.receivers=" + receiver, "severity=" + severity)
            self.assertEqual(status, 0, (severity, said))


if __name__ == "__main__":
    unittest.main(verbosity=2)
