"""The watcher in this process, and beside it a thread that says what it holds: for the soak.

`python -m benchmarks.held FILE run --config …` is `lease-watcher run --config …`, and writes to the file
every two seconds how many MiB C's allocator has handed out and not got back, how many of these SQLite has,
and how many thousand objects Python's has. What a process is resident
with is more: what an allocator got back stays with it, in pieces.
"""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path
from threading import Thread
from typing import Final

from watcher.__main__ import main

_EVERY_SECONDS: Final = 2.0


class _Mallinfo(ctypes.Structure):
    """As `malloc.h` has it."""

    _fields_ = (
        *((name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd")),
        *((name, ctypes.c_size_t) for name in ("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")),
    )


def handed_out() -> Callable[[], float]:
    """What says how many MiB of `malloc` are in use; always 0 where the C library is not glibc."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if ask is None:
        return lambda: 0.0
    ask.restype = _Mallinfo

    def said() -> float:
        found = ask()
        return float(found.uordblks + found.hblkhd) / 2**20

    return said


def in_sqlite() -> Callable[[], float]:
    """What says how many MiB SQLite has, mostly pages of ledgers; 0 where it is no library of its own."""
    name = find_library("sqlite3")
    if name is None:
        return lambda: 0.0
    ask = ctypes.CDLL(name).sqlite3_memory_used
    ask.restype = ctypes.c_int64
    return lambda: float(ask()) / 2**20


def _tell(file: Path) -> None:
    in_use, of_sqlite, partial = handed_out(), in_sqlite(), file.with_suffix(".partial")
    while True:
        partial.write_text(f"{in_use()} {of_sqlite()} {sys.getallocatedblocks() / 1_000}")
        os.replace(partial, file)
        time.sleep(_EVERY_SECONDS)


if __name__ == "__main__":
    Thread(target=_tell, args=(Path(sys.argv.pop(1)),), daemon=True).start()
    sys.exit(main())
