"""What it costs to begin: commands that only look, as processes of their own, beside bare imports.

And how long it takes until the first request has left, of those that ask the API.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from compileall import compile_dir
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import watcher
from benchmarks.processes import look

PROJECTS: Final = 10
_BARE: Final = {
    "python": ("-c", "pass"),
    "import argparse": ("-c", "import argparse"),
    "import sqlalchemy": ("-c", "import sqlalchemy"),
    "import pydantic": ("-c", "from pydantic import TypeAdapter"),
}
_ONCE: Final = ("run", "--once")
_ASKING: Final = (("audit",), _ONCE, ("run",))
_LIBRARIES: Final = ("-c", "import httpx, pydantic, sqlalchemy, structlog")
_COMMANDS: Final = (
    "--help",
    "--version",
    "check",
    "status",
    "holds",
    "pauses",
    "docket",
    "outbox",
    "history",
)
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


def compare_first_requests(ledger: str, runs: int) -> None:
    """Until the first request of the API is there, on a ledger that was made before; a cold start of each."""
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        config = Path(folder) / "lease-watcher.toml"
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        config.write_text(f'[api]\nbase_url = "{url}"\n{_configuration(ledger)}', encoding="utf-8")
        spent: dict[tuple[str, ...], list[tuple[float, float]]] = {words: [] for words in _ASKING}
        imports, parts = list[float](), list[tuple[float, ...]]()
        for _ in range(runs):
            imports.append(_cpu(_LIBRARIES))
            parts.append(_parts())
            for words, seen in spent.items():
                seen.append(_until_asked(server, ("-m", "watcher", *words, "--config", str(config))))
        base = median(imports)
        print(f"\n{'until its first request':<24}{'CPU':>9}{'least':>9}{'beside it':>12}{'time':>11}")
        print(f"{'its libraries imported':<24}{base:7.3f} s{min(imports):7.3f} s{1:10.2f} ×")
        for words, asked in spent.items():
            cpu = [one for one, _ in asked]
            wall = median(one for _, one in asked)
            name = " ".join(words)
            ratio = median(cpu) / base
            print(f"{name:<24}{median(cpu):7.3f} s{min(cpu):7.3f} s{ratio:10.2f} ×{wall:9.3f} s")
    print("beside it: as a ratio to the import of httpx, pydantic, SQLAlchemy and structlog")
    _print_parts(parts, median(cpu for cpu, _ in spent[_ONCE]), base)


def _parts() -> tuple[float, ...]:
    """As `imports.py` says them."""
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.imports"], check=True, stdout=subprocess.PIPE, text=True
    )
    return tuple(map(float, said.stdout.split()))


def _print_parts(parts: Sequence[tuple[float, ...]], whole: float, base: float) -> None:
    """What the time of `run --once` until its first request is made of."""
    *seconds, classes, modules = (median(column) for column in zip(*parts, strict=True))
    names = (
        "the interpreter",
        "libraries",
        f"{classes:.0f} classes of values",
        f"{modules:.0f} modules of ours",
    )
    rest = ("settings, ledger, wiring", whole - sum(seconds))
    print(f"\n{'of `run --once`':<24}{'CPU':>9}{'beside it':>12}")
    for name, part in (*zip(names, seconds, strict=True), rest):
        print(f"{name:<24}{part:7.3f} s{part / base:10.2f} ×")
    print("classes: made by `dataclass`; modules: all else of their imports; the last: the rest of the whole")


def _until_asked(server: socket.socket, words: Sequence[str]) -> tuple[float, float]:
    """CPU and wall seconds of a process until it asks for anything of the API; it is ended then."""
    environ = {**os.environ, "LAYERS_API_KEY": _KEY}
    begun = time.perf_counter()
    command, nowhere = [sys.executable, *words], subprocess.DEVNULL
    with subprocess.Popen(command, env=environ, stdout=nowhere, stderr=nowhere) as process:
        try:
            while True:
                connection, _ = server.accept()
                with connection:
                    if b" /v1/" in connection.recv(4096).partition(b"\r\n")[0]:
                        return look(process.pid).cpu, time.perf_counter() - begun
                    # Whoever asks a loopback address whether this is a rehearsal.
                    connection.sendall(
                        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    )
        finally:
            process.kill()


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
