"""Downloads from a real server on this machine: good, bad, slow mirrors; killed processes."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from research.data.download import addresses, provide_images
from research.data.image_files import FILES, read_arrays
from research.data.official_files import DOWNLOADS, OfficialFile
from research.settings.errors import SettingsError
from tests.research.data.cifar import archive_of, make_batches
from tests.research.data.idx import write_image_set
from tests.research.data.mirror import mirror

ROOT = Path(__file__).parents[3]
IMAGES, *OTHERS = (f"mnist/{file}" for file in FILES.values())


def official(files, mirrors=()):
    """Small files as if they were the official ones."""
    return tuple(
        OfficialFile(path, len(data), hashlib.sha256(data).hexdigest(), mirrors)
        for path, data in files.items()
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A small MNIST by path in the data folder."""
    folder = tmp_path_factory.mktemp("origin")
    write_image_set(folder, "mnist", train=200)
    return {path: (folder / path).read_bytes() for path in (IMAGES, *OTHERS)}


@pytest.fixture
def server(files, monkeypatch):
    monkeypatch.setitem(DOWNLOADS, "mnist", official(files))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with mirror(files) as running:
        yield running


def use(monkeypatch, server, *ways):
    monkeypatch.setenv("DESCENT_MIRROR", " ".join(server.base(how) for how in ways))


def console():
    return Console(file=io.StringIO(), width=200)


def provide(folder, shown=None, **options):
    return provide_images("mnist", str(folder), console=shown, **options)


def lying(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".download.lock"
    }


def test_missing_files_come_and_are_read_and_do_not_come_twice(
    tmp_path, monkeypatch, server, files
):
    use(monkeypatch, server, "good")
    shown = console()
    found = provide(tmp_path / "new" / "folder", shown)
    assert lying(tmp_path / "new" / "folder") == files
    assert [(each.file.official.path, each.is_official) for each in found] == [
        (path, True) for path in files
    ]
    assert server.asked == [f"good {path}" for path in files]
    lines = shown.file.getvalue().splitlines()
    size = len(files[IMAGES])
    first = f"downloading train-images-idx3-ubyte.gz from {server.host} ({size:,} bytes)"
    assert lines[0] == first
    assert lines[1].startswith("train-images-idx3-ubyte.gz: checksum met, ")
    assert len(lines) == 8
    assert read_arrays("mnist", str(tmp_path / "new" / "folder")).keys() == FILES.keys()
    assert [each.sha256 for each in provide(tmp_path / "new" / "folder")] == [
        each.sha256 for each in found
    ]
    assert len(server.asked) == 4


def test_only_what_is_missing_comes(tmp_path, monkeypatch, server, files):
    use(monkeypatch, server, "good")
    provide(tmp_path)
    (tmp_path / IMAGES).unlink()
    del server.asked[:]
    provide(tmp_path)
    assert server.asked == [f"good {IMAGES}"]
    assert lying(tmp_path) == files


BAD = {
    "corrupt": "bytes with SHA-256 {wrong}, expected {size:,} with {right}",
    "truncated": "broke off",
    "absent": "answered 404 Not Found",
    "silent": "sent nothing for 0.3 s",
    "html": "announces 26 bytes, expected {size:,}",
    "endless": "sends more than {size:,} bytes",
    "malformed": "sent a malformed answer (",
}


def reason(how, data):
    half = len(data) // 2
    wrong = data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]
    sums = [hashlib.sha256(each).hexdigest() for each in (wrong, data)]
    return BAD[how].format(wrong=sums[0], right=sums[1], size=len(data))


@pytest.mark.parametrize("how", BAD)
def test_the_next_mirror_is_asked_and_the_bad_one_last(tmp_path, monkeypatch, server, files, how):
    with mirror(files) as second:
        bases = f"{server.base(how)} {second.base('good')}"
        monkeypatch.setenv("DESCENT_MIRROR", bases)
        shown = console()
        provide(tmp_path, shown, silence=0.3)
        assert server.asked == [f"{how} {IMAGES}"]
        assert second.asked == [f"good {path}" for path in files]
    assert lying(tmp_path) == files
    assert reason(how, files[IMAGES]) in shown.file.getvalue()


@pytest.mark.parametrize("how", BAD)
def test_where_no_mirror_has_it_nothing_stays_and_one_line_says_why(
    tmp_path, monkeypatch, server, files, how
):
    use(monkeypatch, server, "absent", how)
    with pytest.raises(SettingsError) as error:
        provide(tmp_path, silence=0.3)
    said = str(error.value)
    assert said.startswith("no mirror has it (")
    assert f"), and {tmp_path / IMAGES} is not there, expected the official" in said
    assert reason("absent", files[IMAGES]) in said
    assert reason(how, files[IMAGES]) in said
    assert f"expected the official {', '.join(FILES.values())} of mnist in {tmp_path}/mnist" in said
    assert "\n" not in said
    assert lying(tmp_path) == {}


def test_no_connection(tmp_path, monkeypatch, server):
    monkeypatch.setenv("DESCENT_MIRROR", "http://127.0.0.1:1/data")
    with pytest.raises(SettingsError, match=r"^no connection to 127.0.0.1:1, and .* not there"):
        provide(tmp_path)


def test_where_nothing_came_no_folder_is_made_and_an_old_one_stays(tmp_path, monkeypatch, server):
    use(monkeypatch, server, "absent")
    (tmp_path / "old" / "mnist").mkdir(parents=True)
    for folder in ("old", "old/new", "new/and/newer"):
        with pytest.raises(SettingsError, match="no mirror has it"):
            provide(tmp_path / folder)
    assert list(tmp_path.rglob("*")) == [tmp_path / "old", tmp_path / "old" / "mnist"]


def test_what_came_before_a_mirror_failed_stays(tmp_path, monkeypatch, server, files):
    use(monkeypatch, server, "good")
    monkeypatch.setitem(server.files, OTHERS[0], b"")
    with pytest.raises(SettingsError, match="no mirror has it"):
        provide(tmp_path / "new")
    assert lying(tmp_path / "new") == {IMAGES: files[IMAGES]}


def test_a_server_that_calls_gzip_an_encoding_is_not_believed(tmp_path, monkeypatch, server):
    use(monkeypatch, server, "packed", "good")
    provide(tmp_path)
    assert server.asked[:2] == [f"packed {IMAGES}", f"good {IMAGES}"]


def test_a_damaged_local_file_is_neither_replaced_nor_are_others_fetched(
    tmp_path, monkeypatch, server, files
):
    use(monkeypatch, server, "good")
    (tmp_path / "mnist").mkdir()
    (tmp_path / OTHERS[2]).write_bytes(b"mine")
    right = hashlib.sha256(files[OTHERS[2]]).hexdigest()
    with pytest.raises(SettingsError) as error:
        provide(tmp_path)
    said = str(error.value)
    assert said.startswith(f"{tmp_path / OTHERS[2]} (4 bytes) has SHA-256 ")
    assert hashlib.sha256(b"mine").hexdigest() in said
    assert f"expected {right}" in said
    assert server.asked == []
    assert lying(tmp_path) == {OTHERS[2]: b"mine"}


def test_downloads_can_be_off(tmp_path, server):
    assert os.environ["DESCENT_MIRROR"] == "off"
    with pytest.raises(
        SettingsError, match=r"^\$DESCENT_MIRROR is off, and .* is not there, expected the official"
    ):
        provide(tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_a_folder_that_can_not_be_written(tmp_path, monkeypatch, server):
    use(monkeypatch, server, "good")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsError, match=r"can't be written .* expected a folder for the files"):
        provide(tmp_path / "file")


def test_the_archive_of_cifar(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    archive = {"cifar-10-binary.tar.gz": archive_of(make_batches()[0])}
    monkeypatch.setitem(DOWNLOADS, "cifar10", official(archive))
    with mirror(archive) as server:
        use(monkeypatch, server, "good")
        provide_images("cifar10", str(tmp_path))
    assert read_arrays("cifar10", str(tmp_path))["train", "images"].shape == (60, 3, 32, 32)


class TestMirrors:
    def test_the_public_ones_unless_others_are_named(self, monkeypatch):
        monkeypatch.delenv("DESCENT_MIRROR")
        file = DOWNLOADS["cifar10"][0]
        assert addresses(file) == [base + "cifar-10-binary.tar.gz" for base in file.mirrors]
        assert len(file.mirrors) > 1
        monkeypatch.setenv("DESCENT_MIRROR", "https://one.org/data/ http://two.org")
        assert addresses(DOWNLOADS["mnist"][0]) == [
            f"https://one.org/data/{IMAGES}",
            f"http://two.org/{IMAGES}",
        ]

    @pytest.mark.parametrize(
        "wrong", ["/data", "one.org", "ftp://one.org", "http:///x", "http://[::1"]
    )
    def test_no_address(self, monkeypatch, wrong):
        monkeypatch.setenv("DESCENT_MIRROR", wrong)
        with pytest.raises(SettingsError, match=r"DESCENT_MIRROR is .*, expected the http"):
            addresses(DOWNLOADS["mnist"][0])


PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell has it ignored
import sys
from rich.console import Console
from research.data.download import provide_images
from research.data.official_files import DOWNLOADS, OfficialFile

DOWNLOADS["mnist"] = eval(sys.argv[2])
provide_images("mnist", sys.argv[1], console=Console(width=200))
print("provided")
"""


def start(folder, files):
    command = [sys.executable, "-c", PROGRAM, str(folder), repr(official(files))]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )


def until(happened, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_two_processes_at_once_download_once(tmp_path, monkeypatch, server, files):
    use(monkeypatch, server, "gated")
    first = start(tmp_path, files)
    until(lambda: server.asked)
    second = start(tmp_path, files)
    assert second.stdout.readline() == (
        f"another process downloads to {tmp_path}; waiting for it\n"
    )
    server.gate.set()
    words = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert server.asked == [f"gated {path}" for path in files]
    assert "checksum met" in words[0]
    assert words[1] == "provided\n"
    assert lying(tmp_path) == files


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped_in_the_middle(tmp_path, monkeypatch, server, files, number):
    use(monkeypatch, server, "gated")
    process = start(tmp_path, files)
    part = tmp_path / "mnist" / ".train-images-idx3-ubyte.gz.part"
    until(lambda: part.exists() and part.stat().st_size > 0)
    assert not (tmp_path / IMAGES).exists()
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(lying(tmp_path)) == ([str(part.relative_to(tmp_path))] if number == 9 else [])
    use(monkeypatch, server, "good")
    provide(tmp_path)
    assert lying(tmp_path) == files


def test_a_bar_on_a_terminal(tmp_path, monkeypatch, server, files):
    use(monkeypatch, server, "good")
    shown = Console(file=io.StringIO(), width=150, force_terminal=True)
    provide(tmp_path, shown)
    assert "downloading train-images-idx3-ubyte.gz" in shown.file.getvalue()
    assert "bytes)" not in shown.file.getvalue()
    assert lying(tmp_path) == files
