"""Seeds that found something once: they are played for ever, before all others."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

KEPT = Path(__file__).parent / "kept_seeds.toml"


def kept_seeds(file: Path = KEPT) -> Mapping[int, str]:
    """What each found, by seed."""
    said = tomllib.loads(file.read_text(encoding="utf-8"))
    return {int(seed): why for seed, why in said["seeds"].items()}
