"""Which file system a ledger's file would be on: SQLite is sound on a disk of this machine only."""

import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")
"""Linux tells it here; where nobody tells, nothing is known."""

_OF_A_NETWORK: Final = frozenset(
    {
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "fuse.ceph",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.juicefs",
        "fuse.mount-s3",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    }
)


def network_file_system(place: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that holds `place`, which need not exist yet; None for any other.

    Its locks, and the memory that SQLite's write-ahead log shares, do not reach from one host to another:
    two watchers would each believe that they alone hold the ledger (https://sqlite.org/wal.html).
    """
    try:
        told = mounts.read_text(encoding="utf-8", errors="surrogateescape")
        kind = _kind(place.resolve(), told)
    except (OSError, RuntimeError):  # links that lead in a circle: whoever opens the ledger says so
        return None
    return kind if kind in _OF_A_NETWORK else None


def _kind(place: Path, told: str) -> str | None:
    """The file system of the innermost mount; of several at one point, the last one covers the others."""
    found: tuple[int, str] | None = None
    for line in told.splitlines():
        mount, _, source = line.partition(" - ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), mount.split(" ")[4]))
        depth = len(point.parts)
        if place.is_relative_to(point) and (found is None or depth >= found[0]):
            found = (depth, source.partition(" ")[0])
    return found[1] if found else None
