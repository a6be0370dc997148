"""A W&B server for tests: answers what W&B's client asks, and keeps the rows that arrive.

It speaks the part of the protocol that the client of 0.31 needs for runs, history and files, and
wandb-workspaces 0.4 for views. It can't show that the real server takes the same data; only that
the client sent it.
"""

import gzip
import json
import re
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy
from wandb.util import get_core_path

from research.records.store import Plan, Record, VariantPlan
from research.records.wandb_session import STEP_AXIS

KEY = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class StandIn:
    """What a server holds.

    Attributes:
        address: for WANDB_BASE_URL.
        history: rows by run id, in their lines' order.
        files: names of the files that were uploaded.
        views: what was published of each view, by its name.
        projects: those that hold runs; a view of another is refused.
        failing: whether every request is answered with an error.
        hanging: whether no request is answered.
    """

    address: str = ""
    history: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    projects: tuple[str, ...] = ("descent",)
    failing: bool = False
    hanging: bool = False

    def rows(self, run: str) -> dict[int, dict[str, Any]]:
        """Numbers by optimizer step."""
        merged: dict[int, dict[str, Any]] = {}
        for _, item in sorted(self.history.get(run, {}).items()):
            numbers = {k: v for k, v in item.items() if isinstance(v, int | float)}
            merged.setdefault(item[STEP_AXIS], {}).update(numbers)
        return merged

    def answer(self, path: str, body: bytes) -> dict[str, Any]:
        """The body of the answer to one request."""
        if path.endswith("/graphql"):
            return {"data": self._graphql(json.loads(body))}
        if stream := re.fullmatch(r"/files/[^/]+/[^/]+/([^/]+)/file_stream", path):
            content = json.loads(body).get("files", {}).get("wandb-history.jsonl", {})
            lines = content.get("content", [])
            for number, line in enumerate(lines, start=content.get("offset", 0)):
                self.history.setdefault(stream[1], {})[number] = json.loads(line)
        if path.startswith("/upload/"):
            self.files.append(path.removeprefix("/upload/"))
        return {}

    def _graphql(self, request: dict[str, Any]) -> dict[str, Any]:
        found = re.search(r"(?:query|mutation)\s+(\w+)", request["query"])
        operation = found[1] if found else ""
        variables = request.get("variables") or {}
        owner = {"id": "e", "name": "me"}
        project = {"id": "p", "name": "descent", "entity": owner}
        if operation == "UpsertBucket":
            bucket = {"id": "b", "name": variables["name"], "displayName": "d", "project": project}
            return {"upsertBucket": {"bucket": bucket, "inserted": True}}
        if operation == "RunResumeStatus":
            return {"model": {**project, "bucket": self._bucket(variables["name"])}}
        if operation == "CreateRunFiles":
            files = [
                {"name": name, "uploadUrl": f"{self.address}/upload/{name}"}
                for name in variables["files"]
            ]
            return {"createRunFiles": {"runID": "b", "uploadHeaders": [], "files": files}}
        if operation == "GetDefaultEntity":
            return {"viewer": {"id": "u", "entity": "me"}}
        if operation == "Viewer":
            viewer = {"id": "u", "entity": "me", "username": "me", "email": "me@example.org"}
            return {"viewer": {**viewer, "flags": "{}", "teams": {"edges": []}}}
        if operation == "View":
            if variables["name"] not in self.projects:
                return {"project": None}
            found = [view for name, view in self.views.items() if name == variables["viewName"]]
            return {"project": {"allViews": {"edges": [{"node": view} for view in found]}}}
        if operation == "UpsertView2":
            return {"upsertView": self._upsert(variables)}
        return {}

    def _upsert(self, view: dict[str, Any]) -> dict[str, Any]:
        """Adds a view; or replaces that whose id is given, as a name alone is no reason to."""
        known = next((n for n, kept in self.views.items() if kept["id"] == view.get("id")), None)
        name = known or view["name"]
        assert known or name not in self.views, "a view of this name is there already"
        kept = {"id": f"view-{name}", "displayName": view["displayName"], "spec": view["spec"]}
        self.views[name] = kept
        return {"view": {"id": kept["id"], "name": name}, "inserted": known is None}

    def _bucket(self, name: str) -> dict[str, Any] | None:
        lines = self.history.get(name)
        if not lines:
            return None
        last = lines[max(lines)]
        return {
            "id": "b",
            "name": name,
            "displayName": "d",
            "summaryMetrics": json.dumps({"_step": last["_step"]}),
            "historyTail": json.dumps([json.dumps(last)]),
            "eventsTail": "[]",
            "historyLineCount": len(lines),
            "logLineCount": 0,
            "eventsLineCount": 0,
            "config": "{}",
            "wandbConfig": json.dumps({"t": 1}),  # without it, the run counts as never started
        }


def serve(stand_in: StandIn) -> ThreadingHTTPServer:
    """Starts a server on a free port of this machine; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            while stand_in.hanging:
                time.sleep(0.05)
            answer = (
                b"" if stand_in.failing else json.dumps(stand_in.answer(self.path, body)).encode()
            )
            self.send_response(500 if stand_in.failing else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(BrokenPipeError):  # who asked was killed, or has waited long enough
                self.wfile.write(answer)

        def do_PUT(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def new_record(folder: Path, mode: str = "auto", seeds: tuple[int, ...] = (0,)) -> Record:
    """A record with one variant, whose runs have not started."""
    settings = {"optimizer": {"name": "adamw", "learning_rate": 1e-3}}
    plan = Plan(
        experiment="grokking",
        wandb=mode,
        variants={"small": VariantPlan(label="small", settings=settings)},
        runs={"small": list(seeds)},
    )
    return Record.create(folder, plan, {})


def add_evidence(record: Record) -> None:
    """A figure, and one verdict."""
    record.figures.mkdir(exist_ok=True)
    matplotlib.image.imsave(record.figures / "accuracy.png", numpy.zeros((8, 8, 3)))
    verdict = {"id": "G1", "text": "it groks", "source": "a paper", "measured": 12.5}
    verdict |= {"threshold": ">= 10", "verdict": "holds", "seeds": [0], "per_seed": {}, "note": ""}
    record.verdicts.write_text(json.dumps([verdict]))


def entries(path: Path) -> list[dict[str, Any]]:
    """Everything that a file of W&B holds, read by W&B's own reader."""
    command = [get_core_path(), "leet", "inspect", "--no-observability", "--json"]
    command += ["--run-file", str(path), str(path.parent.parent)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


def services(folder: Path) -> list[int]:
    """W&B processes that have a file of `folder` open."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            targets = [str(link.readlink()) for link in (process / "fd").iterdir()]
        except OSError:
            continue
        if any(target.startswith(f"{folder}/") for target in targets):
            found.append(int(process.name))
    return found
