"""A real browser opens a report: it requests nothing, nothing fails, and all is visible."""

import http.server
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from experiments.grokking import evidence
from research.evidence.build import build_evidence
from tests.research.evidence.synthetic import make_record

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WIDTH, HEIGHT = 1200, 3200


class Visit:
    """What a browser did with a page."""

    def __init__(self, page: Path, folder: Path) -> None:
        self.screenshot = folder / "page.png"
        net_log = folder / "net.json"
        result = subprocess.run(
            [
                str(CHROMIUM),
                *QUIET,
                "--enable-logging=stderr",
                "--v=0",
                f"--user-data-dir={folder / 'profile'}",
                f"--log-net-log={net_log}",
                f"--screenshot={self.screenshot}",
                f"--window-size={WIDTH},{HEIGHT}",
                page.as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        self.console = re.findall(r"CONSOLE[:(].*", result.stderr)
        self.requests = requested(net_log)


def requested(net_log: Path) -> set[str]:
    """Addresses that the page asked for, not the browser for itself, from the browser's log."""
    log = json.loads(net_log.read_text())
    start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    begun = [event.get("params", {}) for event in log["events"] if event["type"] == start]
    return {
        params["url"]
        for params in begun
        if params.get("url", "").startswith("http") and params["initiator"] != "not an origin"
    }


def pixels(path: Path):
    from matplotlib.image import imread

    return imread(path)[:, :, :3]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    record = make_record(tmp_path_factory.mktemp("record") / "r", ("small-wd1", "small-wd3"))
    build_evidence(record, evidence)
    return record.report


@pytest.fixture(scope="module")
def visit(report, tmp_path_factory):
    return Visit(report, tmp_path_factory.mktemp("visit"))


def test_a_report_requests_nothing_and_logs_no_error(visit):
    assert visit.requests == set()
    assert visit.console == []


def test_the_figure_and_the_verdicts_are_visible(visit):
    image = pixels(visit.screenshot)
    assert image.shape[:2] == (HEIGHT, WIDTH)
    blue, vermillion = (0.0, 0x72 / 255, 0xB2 / 255), (0xD5 / 255, 0x5E / 255, 0.0)
    for colour in (blue, vermillion):
        assert (abs(image[:900] - colour).max(axis=2) < 0.02).sum() > 500
    green = (0.0, 0x68 / 255, 0x4A / 255)
    assert (abs(image[900:] - green).max(axis=2) < 0.02).sum() > 50


def test_the_verdicts_are_in_what_the_browser_has_built(report, tmp_path):
    result = subprocess.run(
        [str(CHROMIUM), *QUIET, f"--user-data-dir={tmp_path}", "--dump-dom", report.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert result.stdout.count("<svg") == 3
    table = result.stdout.partition('<table class="claims">')[2].partition("</table>")[0]
    assert re.findall(r'<th scope="row">(G\d)</th>', table) == [
        "G1",
        "G2",
        "G3",
        "G4",
        "G5",
        "G6",
        "G7",
        "G8",
        "G9",
    ]


@pytest.fixture
def server():
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], asked
        server.shutdown()


def test_this_test_sees_a_request_and_an_error_where_there_is_one(report, tmp_path, server):
    """The same page without its policy, with an image from elsewhere and a script that fails."""
    port, asked = server
    html = re.sub(r"<meta http-equiv=.*>", "", report.read_text())
    injected = f'<img src="http://127.0.0.1:{port}/x"><script>throw new Error("planted")</script>'
    page = tmp_path / "spoiled.html"
    page.write_text(html.replace("</main>", f"{injected}</main>"))
    visit = Visit(page, tmp_path)
    assert asked == ["/x"]
    assert visit.requests == {f"http://127.0.0.1:{port}/x"}
    assert any("planted" in line for line in visit.console)


def test_the_policy_of_the_page_stops_what_is_injected(report, tmp_path, server):
    port, asked = server
    injected = f'<img src="http://127.0.0.1:{port}/x"><script>throw new Error("planted")</script>'
    page = tmp_path / "spoiled.html"
    page.write_text(report.read_text().replace("</main>", f"{injected}</main>"))
    visit = Visit(page, tmp_path)
    assert asked == []
    assert visit.requests == set()
    assert not any("planted" in line and "Uncaught" in line for line in visit.console)
