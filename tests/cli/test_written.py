"""What commands write is there whole or not at all, and where it cannot be written they say what to do."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.desk import Desk, desk
from watcher.cli import written
from watcher.cli.written import unwritable, write_new, write_whole


def full_disk(before: bytes = b"") -> Iterator[bytes]:
    yield before
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_failure_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    """An audit of a large fleet met a full disk: the file had its first half, and yesterday's was gone."""
    place = tmp_path / "audit.json"
    place.write_bytes(b"yesterday")
    with pytest.raises(OSError, match="No space left"):
        write_whole(place, full_disk(b"to"))
    assert place.read_bytes() == b"yesterday"
    assert list(tmp_path.iterdir()) == [place]


def test_a_file_that_was_not_there_is_not_there_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "new", full_disk(b"to"))
    with pytest.raises(OSError, match="No space left"):
        write_new(tmp_path / "new", full_disk(b"to"))
    assert list(tmp_path.iterdir()) == []


def test_who_reads_meanwhile_finds_the_one_or_the_other(tmp_path: Path) -> None:
    place = tmp_path / "report.html"
    place.write_bytes(b"old")
    seen: list[bytes] = []

    def parts() -> Iterator[bytes]:
        yield b"n"
        seen.append(place.read_bytes())
        yield b"ew"

    write_whole(place, parts())
    assert (seen, place.read_bytes()) == ([b"old"], b"new")


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o660])
def test_permissions_stay(tmp_path: Path, mode: int) -> None:
    place = tmp_path / "file"
    place.touch()
    place.chmod(mode)
    write_whole(place, (b"x",))
    assert stat.S_IMODE(place.stat().st_mode) == mode


def test_a_new_file_has_the_permissions_that_this_user_s_files_have(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    write_whole(tmp_path / "new", (b"x",))
    assert (tmp_path / "new").stat().st_mode == usual.stat().st_mode


def test_a_private_file_is_private_from_the_start(tmp_path: Path) -> None:
    place = tmp_path / "export"
    seen: list[int] = []

    def parts() -> Iterator[bytes]:
        seen.extend(stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir())
        yield b"x"

    write_new(place, parts(), private=True)
    assert set(seen) == {0o600}
    assert (place.read_bytes(), stat.S_IMODE(place.stat().st_mode)) == (b"x", 0o600)


def test_a_file_that_is_there_is_not_written_anew(tmp_path: Path) -> None:
    place = tmp_path / "there"
    place.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_new(place, (b"x",))
    assert place.read_bytes() == b"mine"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    place = tmp_path / "elsewhere" / "file"
    link = tmp_path / "link"
    link.symlink_to(place)
    for text in (b"one", b"other"):
        write_whole(link, (text,))
        assert (link.is_symlink(), place.read_bytes()) == (True, text)


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, (b"a", b"b"))
    reader.join()
    assert (read, stat.S_ISFIFO(pipe.stat().st_mode)) == ([b"ab"], True)


def test_what_somebody_else_has_opened_is_written_to(tmp_path: Path) -> None:
    """`{ …; } > all.txt`, `--output /dev/stdout` in it: what follows would be lost."""
    with (tmp_path / "all.txt").open("wb") as file:
        number = file.fileno()
        before = os.fstat(number).st_ino
        write_whole(Path(f"/dev/fd/{number}"), (b"x",))
        assert (tmp_path / "all.txt").stat().st_ino == before


def raising(error: OSError) -> Callable[..., object]:
    def instead(**_: object) -> object:
        raise error

    return instead


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.EIO])
def test_where_nothing_can_be_made_beside_it_what_was_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Where no inode was free the old report was written over, and half of the new one had no room."""
    place = tmp_path / "report.html"
    place.write_bytes(b"of last month")
    monkeypatch.setattr(written, "NamedTemporaryFile", raising(OSError(number, os.strerror(number))))

    with pytest.raises(OSError, match=os.strerror(number)):
        write_whole(place, (b"new",))
    assert place.read_bytes() == b"of last month"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_where_nothing_may_be_made_beside_it_it_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    place = tmp_path / "report.html"
    place.write_bytes(b"of last month")
    monkeypatch.setattr(written, "NamedTemporaryFile", raising(OSError(number, os.strerror(number))))

    write_whole(place, (b"new",))
    assert place.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENOENT, "there is no folder /some; make it, or name another file."),
        (errno.ENOTDIR, "there is no folder /some; make it, or name another file."),
        (errno.EISDIR, "is a folder; name a file in it."),
        (errno.EEXIST, "is there already, and stays; name another file."),
        (errno.ENOSPC, "no space left on device; make room, or name a file elsewhere."),
        (errno.EROFS, "read-only file system; name a file that you may write."),
        (errno.EACCES, "permission denied; name a file that you may write."),
        (errno.EIO, "input/output error; name another file."),
    ],
)
def test_what_cannot_be_written_is_said_with_where_and_what_to_do(number: int, why: str) -> None:
    said = unwritable("--output", Path("/some/file"), OSError(number, os.strerror(number)))
    assert (said.code, said.text) == (2, f"--output /some/file: {why}")


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "--format", "json"),
        ("forecast",),
        ("report",),
        ("calendar",),
        ("store", "export"),
    ],
)
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no/such/file", "there is no folder {folder}/no/such; make it, or name another file."),
        (".", "is a folder; name a file in it."),
    ],
)
def test_a_place_that_cannot_be_is_said_before_anything_is_read(
    ledgered: Desk, words: tuple[str, ...], name: str, why: str
) -> None:
    """A missing folder was told when a large fleet had been read for it, in words of the C library."""
    before = ledgered.sandbox.log.entries
    said = ledgered.run(*words, "--output", name)
    place = ledgered.folder / name
    assert (said.code, said.told) == (2, f"--output {place}: {why.format(folder=ledgered.folder)}")
    assert ledgered.sandbox.log.entries == before


@pytest.fixture(scope="module")
def ledgered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("written")) as one:
        one.run("run", "--once")
        yield one
