"""A configuration written into a folder of its own, and loaded as the command line would."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher.settings.findings import Finding
from watcher.settings.load import Bad, Good, Loaded, load
from watcher.settings.model import Settings

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Desk:
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "lease-watcher.toml"

    def load(self, text: str, environ: Mapping[str, str] | None = None) -> Loaded:
        self.file.write_text(text, encoding="utf-8")
        return load(None, {"HOME": "/home/op", **(environ or {})}, self.folder, NOW)

    def good(self, text: str, environ: Mapping[str, str] | None = None) -> Good:
        loaded = self.load(text, environ)
        assert isinstance(loaded, Good), [str(each) for each in loaded.findings]
        return loaded

    def settings(self, text: str, environ: Mapping[str, str] | None = None) -> Settings:
        return self.good(text, environ).settings

    def findings(self, text: str, environ: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
        """Of a bad configuration all, of a good one its warnings."""
        loaded = self.load(text, environ)
        return loaded.findings if isinstance(loaded, Bad) else loaded.warnings

    def finding(self, text: str, environ: Mapping[str, str] | None = None) -> Finding:
        (only,) = self.findings(text, environ)
        return only

    def secret_file(self, name: str, content: str, mode: int = 0o600) -> Path:
        place = self.folder / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(content, encoding="utf-8")
        place.chmod(mode)
        return place


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(folder=tmp_path)


Write = Callable[[str], Loaded]
