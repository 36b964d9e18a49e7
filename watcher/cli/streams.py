"""The standard streams, as a process may find them: closed, full, or with nobody left to read them."""

import errno
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper
from typing import Final, TextIO

_NAMES: Final = ("stdin", "stdout", "stderr")


class NotShown(OSError):
    """What was asked for cannot be written: the disk is full, the device is gone."""


class Output(TextIOWrapper):
    """Standard output. Raises `NotShown`, and BrokenPipeError where the reader left, as `head` does."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise _told(error) from None

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise _told(error) from None


class Complaints(TextIOWrapper):
    """Standard error: that nobody can be told stops nothing that is being done."""

    def write(self, text: str, /) -> int:
        with suppress(OSError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def open_streams() -> None:
    """Give a process that lacks them its standard streams: what is written to a closed one goes nowhere.

    Without this the next file that is opened, such as the ledger, takes the number of a closed stream, and
    whatever a library writes to stderr is written into it.

    What is read by a file or a program is UTF-8, whatever the locale: a CSV whose handles became `????` under
    a smaller one would look whole. A terminal is written to in its own encoding.
    """
    for number, name in enumerate(_NAMES):
        if _is_closed(number):
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
        if getattr(sys, name) is None:
            setattr(
                sys, name, os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)
            )
    sys.stdout = _rewrapped(Output, sys.stdout, encoding=None if sys.stdout.isatty() else "utf-8")
    sys.stderr = _rewrapped(Complaints, sys.stderr)


READABLE: Final = 120
"""Cells of the longest row of a sentence: in a wider one the eye loses its line. Tables may be wider."""
_USUAL: Final = 80
"""Cells of a terminal that does not say how wide it is."""


def cells_of(stream: TextIO, environ: Mapping[str, str]) -> int | None:
    """How wide it is where this is read, as `COLUMNS` says, or the terminal. None for a file or a pipe of
    which nobody says it: then nothing is wrapped.

    Who reads a pipe may show it in so many columns, as `watch` does and says. The stream itself is asked:
    Python asks for the one that it began with, which is another by now.
    """
    if (said := environ.get("COLUMNS", "")).isdecimal() and int(said):
        return int(said)
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL


def silence(stream: object) -> None:
    """Nothing more reaches this stream, not even at exit, where Python would complain of it."""
    with suppress(OSError, AttributeError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())  # type: ignore[attr-defined]


def _rewrapped(kind: type[TextIOWrapper], stream: object, *, encoding: str | None = None) -> TextIOWrapper:
    assert isinstance(stream, TextIOWrapper)
    encoding = encoding or stream.encoding
    by_line, unbuffered = stream.line_buffering, stream.write_through
    return kind(
        stream.detach(),
        encoding=encoding,
        errors="replace",  # a handle that the terminal's encoding lacks is no reason to end in an error
        line_buffering=by_line,
        write_through=unbuffered,
    )


def _is_closed(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError as error:
        return error.errno == errno.EBADF
    return False


def _told(error: OSError) -> OSError:
    return error if isinstance(error, BrokenPipeError) else NotShown(error.errno, error.strerror)
