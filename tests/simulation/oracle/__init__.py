"""Judges a history by the truth: what the provider did, what receivers took, what the ledger says in the end.

It knows the rules as a partner would explain them and nothing of how the watcher decides. A new question is
one file, and one line in `QUESTIONS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.simulation.oracle import charges, exits, limits, money, releases, told, truths
from tests.simulation.oracle.case import Case, Violation
from tests.simulation.oracle.figures import Figures

QUESTIONS: tuple[Callable[[Case, Figures], Iterator[Violation]], ...] = (
    releases.wrong,
    releases.repeated,
    limits.exceeded,
    charges.avoidable,
    money.intents,
    money.released,
    money.paid,
    money.savings,
    told.repeated,
    told.in_quiet_hours,
    told.too_often,
    told.unwarned,
    told.leaked,
    exits.too_well,
    exits.too_bad,
    truths.untrue,
)


@dataclass(frozen=True, kw_only=True)
class Judged:
    violations: tuple[Violation, ...]
    figures: Figures


def judge(case: Case) -> Judged:
    figures = Figures.of(case)
    found = [violation for ask in QUESTIONS for violation in ask(case, figures)]
    found += [Violation(rule="defect", at=at, text=text) for at, text in case.defects]
    return Judged(violations=tuple(sorted(found, key=lambda one: one.at)), figures=figures)
