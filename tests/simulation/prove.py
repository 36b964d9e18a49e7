"""Plays seeds and judges them; what is found, and in figures what was looked at."""

import shlex
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulation.oracle import Judged, judge
from tests.simulation.oracle.case import Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.seeded import History, history
from tests.simulation.stage import Played, case_of, played

_FEW = 12


@dataclass(frozen=True, kw_only=True)
class Result:
    seed: int
    judged: Judged


def play(one: History) -> tuple[Played | None, Judged]:
    """None where the process ended as it never may: that is what is judged then."""
    with TemporaryDirectory() as folder:
        try:
            whole = played(one, Path(folder))
            return whole, judge(case_of(whole))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            crashed = Violation(rule="ended by an exception", at=one.start, text=text)
            return None, Judged(violations=(crashed,), figures=Figures())


def result_of(seed: int) -> Result:
    return Result(seed=seed, judged=play(history(seed))[1])


def results(seeds: Iterable[int], processes: int) -> Iterator[Result]:
    """In the order of the seeds."""
    if processes == 1:
        yield from map(result_of, seeds)
        return
    with ProcessPoolExecutor(max_workers=processes) as pool:
        yield from pool.map(result_of, seeds)


@dataclass(kw_only=True)
class Proof:
    """What all seeds came to. `failed`: what was found, by seed."""

    figures: Figures = field(default_factory=Figures)
    failed: dict[int, tuple[Violation, ...]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        self.figures.add(result.judged.figures)
        if result.judged.violations:
            self.failed[result.seed] = result.judged.violations

    def text(self) -> Iterator[str]:
        figures = self.figures
        kept = sum(figures.excused.values())
        yield f"{figures.histories:,} histories, {figures.on_disk:,} of them with a ledger on disk"
        yield f"{figures.turns:,} turns, {figures.requests:,} requests"
        yield (
            f"{figures.periods:,} lease periods ended: {figures.released:,} by a release "
            f"({figures.asked:,} of these a person asked for), {kept:,} by a debit that had to be"
        )
        by_rule = figures.released - figures.asked
        if by_rule:
            yield (
                f"paid days given up by a release: {figures.given_up_days / by_rule:.2f} on average, "
                f"{figures.longest_given_up_days:.2f} at most"
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
        yield f"Violations: {found:,}" + (f", in {len(self.failed):,} histories" if found else "")


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


def violations_in(violations: tuple[Violation, ...]) -> Iterator[str]:
    for violation in violations[:_FEW]:
        yield f"! {violation}"
    if len(violations) > _FEW:
        yield f"… and {len(violations) - _FEW} more"
