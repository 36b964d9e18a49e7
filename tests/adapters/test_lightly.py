"""Libraries come without what they only take along."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from watcher.adapters.lightly import import_without


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where modules lie that exist for one test."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    (tmp_path / "heavy_extra.py").write_text("")
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_what_a_library_takes_along_stays_out_and_can_be_had_afterwards(shelf: Path) -> None:
    (shelf / "modest.py").write_text("try: import heavy_extra\nexcept ImportError: heavy_extra = None\n")
    finders = list(sys.meta_path)

    assert import_without("modest", "heavy_extra").heavy_extra is None
    assert "heavy_extra" not in sys.modules
    assert sys.meta_path == finders

    import heavy_extra  # type: ignore[import-not-found]

    assert heavy_extra.__file__ == str(shelf / "heavy_extra.py")
    assert import_without("modest", "heavy_extra") is sys.modules["modest"]


def test_a_library_that_cannot_do_without_comes_with_it(shelf: Path) -> None:
    """A later version may: nothing breaks by that."""
    (shelf / "needy.py").write_text("import heavy_extra\n")

    assert import_without("needy", "heavy_extra").heavy_extra is sys.modules["heavy_extra"]


def test_what_is_missing_for_another_reason_is_said(shelf: Path) -> None:
    (shelf / "broken.py").write_text("import nowhere_to_be_found\n")

    with pytest.raises(ModuleNotFoundError, match="nowhere_to_be_found"):
        import_without("broken", "heavy_extra")


def test_another_thread_finds_meanwhile_what_it_asks_for(shelf: Path) -> None:
    """A table is drawn while the first line of the log is written."""
    found: list[object] = []

    def elsewhere() -> None:
        import heavy_extra

        found.append(heavy_extra)

    def meanwhile() -> None:
        thread = Thread(target=elsewhere)
        thread.start()
        thread.join()

    sys.modules["_of_this_test"] = type(sys)("_of_this_test")
    sys.modules["_of_this_test"].meanwhile = meanwhile  # type: ignore[attr-defined]
    (shelf / "slow_one.py").write_text("import _of_this_test\n_of_this_test.meanwhile()\n")

    import_without("slow_one", "heavy_extra")

    assert found == [sys.modules["heavy_extra"]]


_SAYS_WHAT_CAME = """\
import sys
from io import StringIO
from pathlib import Path
import watcher.adapters.http.client
from watcher.adapters import logs
from watcher.adapters.clock import SystemClock
from watcher.adapters.ledger.file_door import open_ledger

logs.configure(clock=SystemClock(), human=False, stream=StringIO())
logs.logger("it").info("a line")
open_ledger(Path(sys.argv[1]) / "watcher.db").close()
print({"alembic", "httpx", "structlog"} <= sys.modules.keys())
print(sorted({"click", "rich", "pygments"} & sys.modules.keys()))
"""


@pytest.mark.process
def test_a_daemon_s_libraries_bring_no_tables_no_colours_and_no_command_line(tmp_path: Path) -> None:
    """A tenth of its memory was what nobody had asked for."""
    command = [sys.executable, "-c", _SAYS_WHAT_CAME, str(tmp_path)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert (done.stdout, done.stderr) == ("True\n[]\n", "")
