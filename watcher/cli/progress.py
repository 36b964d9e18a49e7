"""How far long work has come: one line that is rewritten on a terminal, nothing in a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from watcher.cli.process import Process
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span

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
            process.err.write(f"{_CLEAR}{text[: _cells(process)]}")
            process.err.flush()

    try:
        yield show
    finally:
        process.err.write(_CLEAR)
        process.err.flush()


@contextmanager
def progress_of_days(process: Process, days: int, what: str) -> Iterator[Callable[[timedelta], None]]:
    """What to call with how much of so many days was played through, each time it is more: the line tells the
    rate, and how long the rest will take at it.
    """
    if not process.err.isatty():
        yield lambda _done: None
        return
    began = process.clock.monotonic()
    shown_at = began - _EVERY_SECONDS

    def show(done: timedelta) -> None:
        nonlocal shown_at
        now = process.clock.monotonic()
        if now - shown_at < _EVERY_SECONDS:
            return
        shown_at = now
        process.err.write(f"{_CLEAR}{days_in_words(done, days, now - began, what)[: _cells(process)]}")
        process.err.flush()

    try:
        yield show
    finally:
        process.err.write(_CLEAR)
        process.err.flush()


def days_in_words(done: timedelta, days: int, seconds: float, what: str) -> str:
    """`simulated 12 of 30 days, 4.1 a second, 4 s left`; no rate before there is one."""
    gone = done / timedelta(days=1)
    text = f"{what} {int(gone):,} of {counted(days, 'day')}"
    if gone <= 0 or seconds <= 0:
        return text
    rate = gone / seconds
    left = timedelta(seconds=max(days - gone, 0) / rate)
    return f"{text}, {rate:,.1f} a second, {span(left)} left"


def _cells(process: Process) -> int:
    return (process.err_width or 80) - 1
