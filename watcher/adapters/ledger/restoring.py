"""A copy of a ledger put into its place: whole, sound and with the words that make it safe, or not at all."""

import os
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from watcher.adapters.ledger import bookmark, file, file_door, revisions
from watcher.adapters.ledger.soundness import check
from watcher.memory.belonging import not_ours
from watcher.memory.writes import BegunAnew, Bound
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.record.overrides import Override

if TYPE_CHECKING:
    from watcher.adapters.ledger.ledger import SqlLedger

_SQLITE: Final = b"SQLite format 3\0"
_BESIDE: Final = ("", "-wal", "-shm")


def restore_file(
    path: Path, source: Path, words: tuple[Override, Override], now: datetime, *, base_url: str
) -> Path | None:
    """Put a backup, or an export, in the place of the ledger at `path`; answers where that was put aside.

    Raises `LedgerUnusable` for what is no sound ledger, `LedgerUnavailable` where a watcher is at work.
    Until the last step nothing has changed.
    """
    if path.exists() and source.exists() and path.samefile(source):
        raise revisions.unusable(path, "is the file itself", "Name the copy that is to take its place.")
    _refuse_one_in_use(path, now)
    partial = path.with_name(f"{path.name}.restoring")
    _remove(partial)
    try:
        file.create(partial)
        with closing(_filled(partial, source)) as ledger:
            bound = ledger.bound_to()
            ledger.apply((BegunAnew(restored=words[0], pause=words[1]),))
        if bound is not None:
            asked = Bound(organization=bound[0], base_url=base_url)
            if why := not_ours(str(source), bound, None, asked):
                raise LedgerUnusable(why)
        wrong = check(partial)
        if wrong or file.state(partial) is None:
            why = wrong[0] if wrong else "SQLite did not finish it"
            raise revisions.unusable(source, f"is not sound: {why}", "Restore another copy.")
        _give(partial, like=path if path.exists() else path.parent)
        aside = _put_aside(path, now)
        os.replace(partial, path)
        # The ledger in its place says by itself that it was restored.
        bookmark.move(partial, path)
        return aside
    except OSError as error:
        why = (error.strerror or "cannot be used").lower()
        raise revisions.unusable(
            path, f"cannot be restored: {why}", "Check its folder and the copy."
        ) from None
    finally:
        _remove(partial)


def _refuse_one_in_use(path: Path, now: datetime) -> None:
    """Whoever works on what is put aside would go on where no person's word is heard."""
    try:
        if not file_door.is_there(path):
            return
        with closing(file_door.open_ledger(path)) as ledger:
            held = ledger.take_lock(now)
    except LedgerUnusable:
        return  # what is damaged is what a copy is for
    if held is not None:
        raise LedgerUnavailable(
            f"Another watcher holds the ledger: {held}. Stop it before the ledger is restored."
        )


def _filled(partial: Path, source: Path) -> "SqlLedger":
    with source.open("rb") as content:
        binary = content.read(len(_SQLITE)) == _SQLITE
    if not binary:
        ledger = file_door.open_ledger(partial)
        try:
            with source.open(encoding="utf-8") as lines:
                ledger.fill(lines)
        except UnicodeDecodeError:
            ledger.close()
            raise revisions.unusable(source, "is neither a ledger nor an export", "Name a copy.") from None
        except BaseException:
            ledger.close()
            raise
        return ledger
    resting = file_door.at_rest(source)
    with (
        file.undisturbed(source, resting),
        file_door.trouble(source),
        closing(file.connect(source, mode="ro", immutable=resting is not None)) as copy,
        closing(file.connect(partial, mode="rw")) as target,
    ):
        if file.revision(copy, source) is None:
            raise revisions.unusable(source, "holds nothing yet", "Name the copy of a ledger in use.")
        copy.backup(target)
    return file_door.open_ledger(partial)


def _put_aside(path: Path, now: datetime) -> Path | None:
    name = f"{path.name}.replaced-{now:%Y%m%dT%H%M%S}"
    names = (path.with_name(name if again == 0 else f"{name}-{again}") for again in count())
    aside = next(one for one in names if not one.exists())
    for suffix in reversed(_BESIDE):
        with suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")
    return aside if aside.exists() else None


def _give(partial: Path, *, like: Path) -> None:
    """To whom the ledger belongs: under systemd that is not who restores it."""
    owner = like.stat()
    if os.geteuid() == 0:
        os.chown(partial, owner.st_uid, owner.st_gid)


def _remove(partial: Path) -> None:
    leftovers: Iterable[str] = (
        *_BESIDE,
        f".before-{revisions.REVISIONS[-1]}",
        ".bookmark",
        ".bookmark.partial",
    )
    for suffix in leftovers:
        partial.with_name(f"{partial.name}{suffix}").unlink(missing_ok=True)
