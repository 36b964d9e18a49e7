"""What it costs to begin: commands that only look, as processes of their own, beside bare imports."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from compileall import compile_dir
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import watcher

PROJECTS: Final = 10
_BARE: Final = {
    "python": ("-c", "pass"),
    "import sqlalchemy": ("-c", "import sqlalchemy"),
    "import pydantic": ("-c", "from pydantic import TypeAdapter"),
}
_COMMANDS: Final = ("--help", "check", "status", "holds", "pauses", "docket", "outbox", "history")
_KEY: Final = "lp_benchmark"


def compare_starts(ledger: str, runs: int) -> None:
    """`ledger` of `PROJECTS` projects, as a first turn left it. Runs alternate, to meet the same machine.

    All is compiled, as pip and the image leave it: where PYTHONDONTWRITEBYTECODE is set a checkout never is,
    and each start spends a tenth of a second on it.
    """
    compile_dir(Path(watcher.__file__).parent, quiet=1)
    with TemporaryDirectory() as folder:
        config = Path(folder) / "lease-watcher.toml"
        config.write_text(_configuration(ledger), encoding="utf-8")
        ours = {name: _words(name, config) for name in _COMMANDS}
        commands: Mapping[str, Sequence[str]] = {**_BARE, **ours}
        spent: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, words in commands.items():
                spent[name].append(_cpu(words))
    base = median(spent["import sqlalchemy"])
    print(f"{'':<24}{'CPU':>9}{'least':>9}{'beside it':>12}")
    for name, seconds in spent.items():
        ratio = f"{median(seconds) / base:10.1f} ×"
        print(f"{name:<24}{median(seconds):7.3f} s{min(seconds):7.3f} s{ratio}")
    print("beside it: as a ratio to the import of SQLAlchemy, without which no ledger is read")


def _words(command: str, config: Path) -> Sequence[str]:
    more = () if command.startswith("-") else ("--config", str(config))
    return ("-m", "watcher", command, *more)


def _cpu(words: Sequence[str]) -> float:
    """Seconds of the process, from its start to its end."""
    before = getrusage(RUSAGE_CHILDREN)
    environ = {**os.environ, "LAYERS_API_KEY": _KEY}
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL, env=environ)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _configuration(ledger: str) -> str:
    """As `turns.settings`, but at the real address, where nothing is asked: loopback would be a rehearsal."""
    projects = "".join(
        f'[projects.project-{number}]\nid = "prj_{number:08d}"\nenrolled = true\n'
        for number in range(PROJECTS)
    )
    return (
        f'[store]\nurl = "{ledger}"\n[policies.standard]\nrelease.when = "idle"\n{projects}'
        '[notifiers.hook]\nkind = "webhook"\nurl = "https://hook.example/hook"\n'
    )
