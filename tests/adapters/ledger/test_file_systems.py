"""Where a ledger's file would lie, by what Linux tells of its mounts."""

from pathlib import Path

import pytest

from watcher.adapters.ledger.file_systems import MOUNTS, network_file_system

TOLD = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:5 / /srv/nfs rw shared:2 master:1 - nfs4 filer:/export rw,vers=4.2
23 22 8:2 / /srv/nfs/disk rw - xfs /dev/sdb1 rw
24 21 0:6 / /srv/with\\040a\\134sign rw - cifs //filer/share rw
25 21 8:3 / /var/lib/covered rw - ext4 /dev/sdc1 rw
26 21 0:7 / /var/lib/covered rw - nfs filer:/export rw
27 21 0:8 / /srv/tmp rw - tmpfs tmpfs rw
28 21 0:9 / /srv/sshfs rw - fuse.sshfs op@host: rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    told = tmp_path / "mountinfo"
    told.write_text(TOLD, encoding="utf-8")
    return told


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/watcher.db", None),
        ("/srv/nfs/watcher.db", "nfs4"),
        ("/srv/nfs/not/made/yet/watcher.db", "nfs4"),
        ("/srv/nfs/disk/watcher.db", None),
        ("/srv/nfsless/watcher.db", None),
        ("/srv/with a\\sign/watcher.db", "cifs"),
        ("/var/lib/covered/watcher.db", "nfs"),
        ("/srv/tmp/watcher.db", None),
        ("/srv/sshfs/watcher.db", "fuse.sshfs"),
    ],
)
def test_the_innermost_and_last_mount_tells(place: str, kind: str | None, mounts: Path) -> None:
    assert network_file_system(Path(place), mounts) == kind


def test_a_link_is_followed(mounts: Path, tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to("/srv/nfs")

    assert network_file_system(tmp_path / "state" / "watcher.db", mounts) == "nfs4"


def test_of_links_that_lead_in_a_circle_nothing_is_known(mounts: Path, tmp_path: Path) -> None:
    """It was an unexpected error of every command, instead of a ledger that cannot be created."""
    (tmp_path / "state").symlink_to(tmp_path / "state")

    assert network_file_system(tmp_path / "state" / "watcher.db", mounts) is None


def test_where_nobody_tells_nothing_is_known(tmp_path: Path) -> None:
    assert network_file_system(tmp_path, tmp_path / "nowhere") is None


@pytest.mark.skipif(not MOUNTS.exists(), reason="needs Linux")
def test_the_disk_of_this_machine_is_one(tmp_path: Path) -> None:
    assert network_file_system(tmp_path / "watcher.db") is None
