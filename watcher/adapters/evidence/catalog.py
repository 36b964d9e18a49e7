"""Which sources of evidence there are, and how they are opened."""

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from watcher.ports.evidence import EvidenceSource
    from watcher.ports.leases import LeaseReader

SOURCES: Final[Mapping[str, str]] = {
    "posts": "PostsSource",
    "health": "HealthSource",
}
"""The words for `evidence = [...]`: files of this folder, and the class in each. A new one is a line here."""


def open_sources(words: Collection[str], reader: "LeaseReader") -> "dict[str, EvidenceSource]":
    """The sources of these words; each reads the API through `reader`."""
    return {
        word: getattr(import_module(f"watcher.adapters.evidence.{word}"), name)(reader=reader)
        for word, name in SOURCES.items()
        if word in words
    }
