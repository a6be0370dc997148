"""A real HTTP server on this machine that serves files well, badly, or late.

The first part of an address says how: /good/PATH, /corrupt/PATH, /truncated/PATH and so on.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mirror(ThreadingHTTPServer):
    """Serves `files`, by path, and counts who asked.

    `gate` holds back the second half of what /gated/ sends until it is opened.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.asked: list[str] = []
        self.gate = threading.Event()

    def base(self, how: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{how}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self):
        how, _, path = self.path[1:].partition("/")
        self.server.asked.append(f"{how} {path}")
        data = self.server.files.get(path)
        if data is None or how == "absent":
            self.send_error(404)
            return
        half = len(data) // 2
        match how:
            case "corrupt":
                data = data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]
            case "html":
                data = b"<html>please log in</html>"
            case "endless":
                data += data
        self.send_response(200)
        if how != "endless":
            length = "many" if how == "malformed" else str(len(data))
            self.send_header("Content-Length", length)
        if how == "packed":  # as some servers do with whatever ends in .gz
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        try:
            self.wfile.write(data[:half])
            self.wfile.flush()
            if how == "truncated":
                return
            if how in ("silent", "gated"):
                self.server.gate.wait(60)
            self.wfile.write(data[half:])
        except OSError:
            return  # who asked has gone

    def log_message(self, *arguments):
        pass


@contextmanager
def mirror(files: dict[str, bytes]) -> Iterator[Mirror]:
    server = Mirror(files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
