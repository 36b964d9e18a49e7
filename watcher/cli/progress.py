"""How far a turn has come: one line that is rewritten on a terminal, nothing in a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from watcher.cli.process import Process
from watcher.texts.plain import plain
from watcher.texts.spans import counted

_EVERY_SECONDS = 0.1
_CLEAR = "\r\x1b[K"


@contextmanager
def progress(process: Process) -> Iterator[Callable[[str, int], None]]:
    """What to call with each project's name and number of accounts; the line is gone at the end."""
    if not process.err.isatty():
        yield lambda _project, _accounts: None
        return
    projects = accounts = 0
    shown_at = -_EVERY_SECONDS

    def show(project: str, count: int) -> None:
        nonlocal projects, accounts, shown_at
        projects, accounts = projects + 1, accounts + count
        now = process.clock.monotonic()
        if now - shown_at >= _EVERY_SECONDS:
            shown_at = now
            text = f"read {counted(projects, 'project')}, {counted(accounts, 'account')}: {plain(project)}"
            process.err.write(f"{_CLEAR}{text[: (process.err_width or 80) - 1]}")
            process.err.flush()

    try:
        yield show
    finally:
        process.err.write(_CLEAR)
        process.err.flush()
