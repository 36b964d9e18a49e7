"""Where the texts are."""

from pathlib import Path

_HERE = Path(__file__).parent


def file_of(name: str) -> Path:
    return _HERE / f"{name}.txt"


def recorded() -> set[str]:
    return {file.stem for file in _HERE.glob("*.txt")}
