"""Cases 60 to 68: what is in an exposition, read by others: Python's parsers and Prometheus. The values are those of campaign_data.cpp."""
import math
import sys
import time
import zlib
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from cases import case, is_serving
from target import PATIENCE, Answer

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "support"))
from prometheus import Prometheus  # noqa: E402

TEXT = "Accept: text/plain;version=0.0.4"
OPENMETRICS = "Accept: application/openmetrics-text;version=1.0.0"
LABELS = ["\\", '"', "\n", "\r", "\t", "a\0b", "\x7f", "\u2028", "\U0001f600", "\ufeff", "", "\\n", 'a\\"\nb', "}", ",", "# EOF", "x" * (1 << 20),
          "invalid \ufffd\ufffd\ufffd\ufffd end"]
NUMBERS = ["0.0", "-0.0", "1.0", "0.1", "9007199254740991.0", "9007199254740992.0", "9007199254740994.0", "1.797e+308", "5e-324", "-1.5", "inf", "-inf", "nan"]


def check_families(table, reader, families):
    by_name = {family.name: family for family in families}
    table.number_is(60)
    labels = by_name["campaign_labels"]
    seen = [sample.labels.get("value", "") for sample in labels.samples if sample.name == "campaign_labels_total"]
    table.check(f"label values, by {reader}", "equal", "equal" if seen == LABELS else [value[:20] for value in seen if value not in LABELS] or len(seen))
    table.check(f"help, by {reader}", repr("Of every \\ \n value."), repr(labels.documentation))
    table.number_is(61)
    table.check(f"help with bytes that are no UTF-8, by {reader}", "A gauge whose help has bytes \ufffd that are no UTF-8.", by_name["campaign_kept"].documentation)
    table.number_is(64)
    seen = [repr(sample.value) for sample in by_name["campaign_number"].samples]
    table.check(f"numbers, by {reader}", "equal", "equal" if seen == NUMBERS else [value for value in seen if value not in NUMBERS] or len(seen))
    classic = {sample.labels["le"]: float(sample.value) for sample in by_name["campaign_classic"].samples if sample.name.endswith("_bucket")}
    table.check(f"buckets, by {reader}", "[2.0, 4.0, 7.0, 10.0, 12.0]", list(classic.values()))
    table.check(f"quantiles of large values, by {reader}", "finite", "finite" if all(math.isfinite(sample.value) for sample in by_name["campaign_summary"].samples) else "not")
    table.number_is(66)
    buckets = [sample for sample in by_name["campaign_many_buckets"].samples if sample.name.endswith("_bucket")]
    table.check(f"10,000 bounds, by {reader}", "10001 buckets", f"{len(buckets)} buckets")


@case(60, 61, 64, 66)
def by_parsers(table, world):
    with world.target(data=1) as target:
        is_serving(table, target)
        for reader, parse, accept in [("text", parse_text, TEXT), ("OpenMetrics", parse_openmetrics, OPENMETRICS)]:
            check_families(table, reader, parse(target.get("/metrics", accept).body.decode()))
        table.number_is(64)
        # Python's parsers make it a double.
        for accept in (TEXT, OPENMETRICS):
            text = target.get("/metrics", accept).text()
            table.check("2^53 and 3", "9007199254740995", text.split("\ncampaign_big_total ", 1)[1].split("\n")[0])
        is_serving(table, target)


@case(62, 63, 65)
def declarations(table, world):
    refused = {61: ["invalid name", "invalid label"], 62: ["other type", "other help", "other labels"],
               63: ["histogram and _count", "histogram and _bucket", "counter and _created"],
               66: ["bounds unsorted", "bounds duplicate", "bounds nan", "bounds -inf", "bounds none"]}
    with world.target() as target:
        is_serving(table, target)
        seen = dict(line.split(": ", 1) for line in target.command("declare"))
        table.check("the same declaration again", "same", seen["same"])
        for number, names in refused.items():
            table.number_is(number)
            for name in names:
                table.check(name, "refused", seen[name].split(":")[0])
        table.number_is(65)
        table.check("2, and -1, NaN and -Inf added", "2", seen["bad increments"])
        dropped = sum(float(line.rsplit(" ", 1)[1]) for line in target.get().text().splitlines() if line.startswith("vitals_invalid_updates_total"))
        table.check("  counted", "3", round(dropped))
        is_serving(table, target)


def until(found):
    end = time.monotonic() + PATIENCE
    while not (result := found()) and time.monotonic() < end:
        time.sleep(0.3)
    return result


@case(60, 68)
def by_prometheus(table, world):
    if not Prometheus.installed:
        for number in (60, 68):
            table.number_is(number)
            table.skip("by Prometheus", "there is none")
        return
    with world.target(data=1) as target, Prometheus(f"127.0.0.1:{target.port}", "--enable-feature=native-histograms") as prometheus:
        is_serving(table, target)
        until(lambda: prometheus.query("up == 1"))
        table.check("up", "['1']", [one["value"][1] for one in prometheus.query("up")])
        series = until(lambda: prometheus.ask("series", **{"match[]": "campaign_labels_total"}))
        seen = sorted(one.get("value", "") for one in series or [])
        table.check("label values, by Prometheus", "equal", "equal" if seen == sorted(LABELS) else [value[:20] for value in seen if value not in LABELS] or len(seen))
        numbers = {one["metric"]["n"]: one["value"][1] for one in prometheus.query("campaign_number")}
        wanted = dict(zip(map(str, range(len(NUMBERS))), ["0", "-0", "1", "0.1", "9007199254740991", "9007199254740992", "9007199254740994",
                                                        str(int(1.797e308)), "5e-324", "-1.5", "+Inf", "-Inf", "NaN"]))
        wrong = {n: text for n, text in numbers.items() if repr(float(text)) != repr(float(wanted[n]))}
        table.check("numbers, by Prometheus", "equal", "equal" if not wrong and len(numbers) == len(NUMBERS) else wrong or len(numbers))
        table.number_is(68)
        found = until(lambda: prometheus.query("campaign_native"))
        histogram = found[0].get("histogram") if found else None
        table.check("a native histogram of all magnitudes", "there", "there" if histogram else "missing")
        if histogram:
            buckets = histogram[1]["buckets"]
            table.check("  its count", "1202", histogram[1]["count"])
            table.check("  in buckets", "1202", sum(int(count) for *_, count in buckets))
            table.check("  buckets", "at most 161", "at most 161" if len(buckets) <= 161 else len(buckets))
        is_serving(table, target)


@case(67)
def a_million_series(table, world):
    with world.target(series=1_000_000, live_page=0, write_timeout=1000) as target:
        base = target.base = target.mebibytes()
        whole = answer = target.get("/metrics", OPENMETRICS, "Accept-Encoding: gzip")
        table.check("gzip", "200, whole", f"{answer.status}, {'whole' if answer.is_whole() else 'cut'}")
        text = zlib.decompress(answer.body, 31) if answer.is_whole() else b""
        table.check("  its end", "# EOF", text[-6:].decode().strip())
        table.check("  its lines", "1000000", text.count(b"\ncampaign_series_total{"))
        print(f"1,000,000 series: {answer.seconds:.1f} s, {len(text) / 1e6:.0f} MB, gzip {len(answer.body) / 1e6:.1f} MB, base {base:.0f} MiB, then {target.mebibytes('VmHWM'):.0f} MiB")
        answer = target.get("/metrics", OPENMETRICS)
        table.check("without gzip, beyond max_response_bytes", "503", answer.status)
        # The scraper's time is over long before; it gets a refusal, or what can't be taken for an exposition.
        answer = target.get("/metrics", OPENMETRICS, "X-Prometheus-Scrape-Timeout-Seconds: 0.1")
        table.check("within 0.1 s", "503", answer.status)
        is_serving_a_little(table, target)
        # A reader that stops for longer than it may: what it has then ends too early for its Content-Length.
        with target.connect(receive_buffer=4096) as client:
            client.sendall(target.head("/metrics", OPENMETRICS, "Accept-Encoding: gzip"))
            client.recv(4096)
            time.sleep(3)
            is_serving_a_little(table, target)
            cut = Answer()
            cut.take(client, b"", PATIENCE, False)
        is_cut = len(cut.data) < len(whole.body) * 0.9
        table.check("a reader that stops", "cut and closed", f"{'cut' if is_cut else 'whole'} and {'closed' if cut.is_closed else 'open'}")


def is_serving_a_little(table, target):
    """As is_serving(), where a whole scrape takes longer. Bodies may take max_response_bytes."""
    answer = target.get("/metrics?name[]=campaign_callback", source="127.0.0.8")
    table.check("  the next scrape of one family", "200", answer.status)
    table.check("  memory", "bounded", "bounded" if target.is_sanitized() or target.mebibytes() - target.base < 64 + 16 else f"grew by {target.mebibytes() - target.base:.0f} MiB")
