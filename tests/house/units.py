"""The systemd units as they are written."""

from configparser import ConfigParser
from pathlib import Path

SYSTEMD = Path(__file__).parents[2] / "systemd"
SERVICES = tuple(sorted(path.name for path in SYSTEMD.glob("*.service")))
TIMERS = tuple(sorted(path.name for path in SYSTEMD.glob("*.timer")))


def unit(name: str) -> ConfigParser:
    """A unit's sections; of a key that is repeated the last."""
    parser = ConfigParser(interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((SYSTEMD / name).read_text(encoding="utf-8"))
    return parser


def assignments(name: str, section: str = "Service") -> list[tuple[str, str]]:
    """Every `key=value` line of a section in its order, also of keys that are repeated."""
    found, here = [], False
    for line in (SYSTEMD / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            here = line == f"[{section}]"
        elif here and line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.append((key, value))
    return found
