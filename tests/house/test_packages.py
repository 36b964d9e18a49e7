"""What is built holds what its users need, and nothing that is in their way."""

import re
import subprocess
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]


def in_the_source_distribution() -> set[str]:
    return {
        Path(one.distribution_path).as_posix() for one in SdistBuilder(str(ROOT)).recurse_included_files()
    }


def test_a_wheel_installs_one_package() -> None:
    """It installed a `benchmarks` too, beside those of whoever else has one."""
    files = list(WheelBuilder(str(ROOT)).recurse_included_files())

    assert {Path(one.distribution_path).parts[0] for one in files} == {"watcher"}


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a checkout")
def test_a_source_distribution_holds_everything_that_is_tracked() -> None:
    """It lacked the pinned requirements that its manual installs, and the Dockerfile that its tests read."""
    said = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = {name for name in said.stdout.split("\0") if name and (ROOT / name).exists()}

    assert len(tracked) > 100
    assert tracked - in_the_source_distribution() == set()


def test_a_container_engine_is_handed_what_the_image_is_built_from_and_nothing_else() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        name
        for words in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for name in words.split()[:-1]
    }
    first, *lines = [
        line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
    ]

    assert first == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied
