"""Who holds the writer's lock: this process on this machine. Standard library only."""

import os
import secrets
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

BOOT: Final = "LEASE_WATCHER_BOOT_ID"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """One opened ledger of one process. `machine` is where process ids mean the same; "" if unknown."""

    host: str
    machine: str
    pid: int
    process: str
    """No other process ever has the same, whatever its id."""
    token: str


def new_holder() -> Holder:
    return Holder(
        host=socket.gethostname(),
        machine=_machine(),
        pid=os.getpid(),
        process=_process(os.getpid()),
        token=secrets.token_hex(8),
    )


def is_gone(me: Holder, *, machine: str, pid: int, process: str) -> bool:
    """Whether the process that wrote these facts is certainly no more; False where nobody here can know."""
    if not machine or machine != me.machine or process == me.process:
        return False
    return pid == me.pid or not _alive(pid)


@cache
def _process(_pid: int) -> str:
    return secrets.token_hex(8)


@cache
def _machine() -> str:
    """This boot of this kernel, and the namespace that counts process ids: a container has its own.

    Where the service manager hides the kernel's own word for the boot, it says it itself.
    """
    try:
        boot = os.environ.get(BOOT) or _BOOT_ID.read_text(encoding="ascii").strip()
        return f"{boot.replace('-', '')} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True
