"""What histories came to, in numbers: added up over all of them."""

from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.oracle.case import Case

_SUMS = (
    "histories",
    "on_disk",
    "on_server",
    "turns",
    "requests",
    "periods",
    "released",
    "saved_cents",
    "missed_cents",
    "spoilt_cents",
    "asked",
    "told",
)


@dataclass(kw_only=True)
class Figures:
    """`periods`: lease periods that ended, by a charge or a release. `excused`: charges that nobody could
    have avoided, or that were not to be, by why; `spoilt_cents`: of those that a fault may have kept from
    being avoided, `missed_cents`: of those that nothing did. `unjudged`: what was not asked of something,
    by why.
    """

    histories: int = 0
    on_disk: int = 0
    on_server: int = 0
    turns: int = 0
    requests: int = 0
    periods: int = 0
    released: int = 0
    saved_cents: int = 0
    missed_cents: int = 0
    spoilt_cents: int = 0
    asked: int = 0
    told: int = 0
    """Messages about an account that receivers took, whose words were held to the truth."""
    given_up_days: float = 0.0
    longest_given_up_days: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    unjudged: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    """How often a turn ended with each exit code."""

    @classmethod
    def of(cls, case: Case) -> "Figures":
        done = [one for one in case.truth.deletions if one.done]
        return cls(
            histories=1,
            on_disk=int(case.history.on_disk),
            on_server=int(case.history.on_server),
            turns=len(case.turned),
            requests=case.requests,
            periods=len(case.truth.charges) + len(done),
            released=len(done),
            saved_cents=sum(one.price_cents for one in done),
            faults=Counter(case.counts),
        )

    def add(self, other: "Figures") -> None:
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.given_up_days += other.given_up_days
        self.longest_given_up_days = max(self.longest_given_up_days, other.longest_given_up_days)
        self.faults += other.faults
        self.excused += other.excused
        self.unjudged += other.unjudged
        self.codes += other.codes
