"""The turn as one line of JSON in a file: for whoever looks after it ended, such as Kubernetes."""

import os
from pathlib import Path

from watcher.adapters import logs


def write_summary(place: Path, line: str) -> None:
    """Write the line whole or not at all. A failure is logged: the turn is over, and ends as it ended.

    A file that is mounted by itself, as a container's termination log is, cannot be replaced: it is
    overwritten. So is what is no file, such as a device: in its place root would leave one. One line of this
    length reaches the file in one piece.
    """
    text = f"{line}\n"
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        if place.exists() and not place.is_file():
            place.write_text(text, encoding="utf-8")
            return
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(place)
        except OSError:
            beside.unlink(missing_ok=True)
            place.write_text(text, encoding="utf-8")
    except OSError as error:
        logs.logger("watcher.summary").error("summary not written", file=str(place), why=error.strerror)
