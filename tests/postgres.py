"""A real PostgreSQL server of one's own, on a free port of 127.0.0.1, in a temporary folder.

`tests/conftest.py` makes it the fixture `postgres`. Where no server is installed, tests that want
one are skipped, but in continuous integration (DESCENT_CI=1) they fail.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

PASSWORD = "a secret/with@signs"
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # of a server whose folder is thrown away
    "shared_buffers": "16MB",
    "max_connections": "60",
}


def _programs():
    """The folder of `postgres` and `initdb`, of the newest version; None if there is none."""
    on_path = shutil.which("postgres")
    found = [Path(on_path)] if on_path else []
    found += Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max((path.parent for path in found), key=str, default=None)


def _unprivileged():
    """As whom the server runs: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Server:
    """A server that can be stopped and started again.

    Attributes:
        port: on 127.0.0.1.
    """

    def __init__(self, programs, folder):
        self.programs = programs
        self.folder = folder
        self.process = None
        self._as = _unprivileged()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        folder.chmod(0o755)
        (folder / "password").write_text(PASSWORD)
        if self._as:
            os.chown(folder, self._as["user"], self._as["group"])
        self._do("initdb", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}")

    def _do(self, program, *arguments):
        subprocess.run(
            [
                self.programs / program,
                f"--pgdata={self.folder / 'data'}",
                "--username=descent",
                "--no-sync",
                "--locale=C",
                "--encoding=UTF8",
                *arguments,
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._as,
        )

    def start(self):
        """Starts it, and waits until it takes connections."""
        options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", "data", f"--port={self.port}", *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self._as,
            )
        while self.execute("SELECT 1") is None:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self, number=signal.SIGINT):
        """Ends it and every connection at once; what was committed is kept."""
        self.process.send_signal(number)
        self.process.wait()

    def url(self, database="postgres", password=PASSWORD):
        """The URL of a database, as a user would write it."""
        from urllib.parse import quote

        secret = quote(password, safe="")
        return f"postgresql://descent:{secret}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement):
        """Executes one statement; None while the server does not answer."""
        import psycopg

        try:
            with psycopg.connect(self.url(), autocommit=True, connect_timeout=10) as connection:
                return connection.execute(statement)
        except psycopg.OperationalError:
            return None

    def new_schema(self):
        """The URL of a place with nothing in it, which takes less time than a database."""
        name = f"study_{secrets.token_hex(4)}"
        assert self.execute(f"CREATE SCHEMA {name}") is not None
        return f"{self.url()}?options=-csearch_path%3D{name}"


@pytest.fixture(scope="session")
def postgres():
    """The server, running; a test that stops it starts it again."""
    programs = _programs()
    if programs is None:
        if os.environ.get("DESCENT_CI") == "1":
            pytest.fail("no PostgreSQL server is installed; .ci/run installs one")
        pytest.skip("no PostgreSQL server is installed")
    with tempfile.TemporaryDirectory(prefix="descent-postgres-") as folder:
        server = Server(programs, Path(folder))
        server.start()
        yield server
        server.stop(signal.SIGQUIT)
