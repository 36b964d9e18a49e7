"""The files of the repository that are written from the options: `python -m watcher.settings.generated`."""

import sys
from pathlib import Path

from watcher.settings.example import example
from watcher.settings.page import page
from watcher.settings.schema import schema_text


def generated() -> dict[str, str]:
    """Path in the repository → content."""
    return {
        "config/lease-watcher.toml": example(),
        "config/schema.json": schema_text(),
        "docs/settings.md": page(),
    }


def write(root: Path) -> None:
    for path, text in generated().items():
        (root / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
