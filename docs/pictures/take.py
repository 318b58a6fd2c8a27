#!/usr/bin/env python3
"""Takes the pictures of the documentation from a running clinic with its Prometheus; docs/pictures/make.sh starts both.
take.py --endpoint URL --prometheus URL --vitals PROGRAM --levels FILE --output FOLDER"""
import argparse
import base64
import html
import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import dashboard_page

# Of the 16 colours of a terminal those that vitals uses.
TERMINAL_COLOURS = {"31": "#e5534b", "32": "#57ab5a", "33": "#c69026", "36": "#39c5cf", "90": "#768390"}
TERMINAL = """body { margin: 0; background: #1c2128; } pre { margin: 0; padding: 12px 16px; display: inline-block; color: #cdd9e5;
font: 14px/1.25 "DejaVu Sans Mono", monospace; }"""


class Camera:
    def __init__(self):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(argument)
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)

    def take(self, url, path, width, height, scheme="light"):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        self.driver.get(url)
        time.sleep(3)  # until it has asked for its data and drawn them
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": 80})
        path.write_bytes(base64.b64decode(taken["data"]))

    def take_page(self, text, path, width, height):
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            self.take(f"file://{file.name}", path, width, height)


def as_html(screen):
    """What `tmux capture-pane -e` gives, of which colours, bold and inverse are known."""
    def span(match):
        codes = match[1].split(";")
        style = [f"color:{TERMINAL_COLOURS[code]}" for code in codes if code in TERMINAL_COLOURS]
        style += ["font-weight:bold"] * ("1" in codes) + ["background:#cdd9e5;color:#1c2128"] * ("7" in codes)
        return f'</span><span style="{";".join(style)}">'
    return f'<!doctype html><meta charset="utf-8"><style>{TERMINAL}</style><pre><span>' + re.sub(r"\x1b\[([\d;]*)m", span, html.escape(screen)) + "</span></pre>"


def terminal(command, columns, rows, seconds):
    with tempfile.TemporaryDirectory() as folder:
        tmux = ["tmux", "-S", f"{folder}/socket", "-f", "/dev/null"]
        subprocess.run([*tmux, "new-session", "-d", "-x", str(columns), "-y", str(rows), "env", "LC_ALL=C.UTF-8", *command], check=True)
        try:
            time.sleep(seconds)
            return subprocess.run([*tmux, "capture-pane", "-e", "-p"], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
        finally:
            subprocess.run([*tmux, "kill-server"], check=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("endpoint", "prometheus", "vitals", "levels", "output"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    output = Path(given.output)
    camera = Camera()
    try:
        camera.take(given.endpoint + "/", output / "live_page.webp", 1280, 1400)
        camera.take(given.endpoint + "/", output / "live_page_phone.webp", 390, 844, "dark")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([given.vitals, "dashboards", "--config", given.levels, "--output", folder], check=True, stdout=subprocess.DEVNULL)
            for name in ("overview",):
                page, height = dashboard_page.page(json.loads(Path(folder, f"{name}.json").read_text()), given.prometheus, time.time())
                camera.take_page(page, output / f"dashboard_{name}.webp", 24 * dashboard_page.COLUMN + 24, height)
        screen = terminal([given.vitals, "top", "--url", given.endpoint + "/metrics", "--config", given.levels, "--interval", "2s"], 100, 30, 60)
        camera.take_page(as_html(screen), output / "top.webp", 876, 552)
    finally:
        camera.driver.quit()


if __name__ == "__main__":
    main()
