"""What events say of what stands in the way: a halt, a deadline, what cannot be read, reached or used."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HaltFacts:
    """`docket`: what an approval names; `brakes`: their words; `releases`: not sent yet; `by`: until when."""

    docket: str
    brakes: tuple[str, ...]
    releases: int
    by: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineFacts:
    """`closes`: the last moment for the first of so many releases."""

    accounts: int
    closes: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class UnreadableFacts:
    """`code`: the API's word for the error, or ours; `by`: until when that costs no release."""

    code: str
    by: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockFacts:
    """By how much it is off, one way or the other; `by`: until when that costs no release."""

    skew_seconds: int
    by: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnmatchedFacts:
    """`words`: how many words of the configuration match nothing."""

    words: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryFacts:
    notifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationFacts:
    """Its mistakes, and what waits for a good one."""

    mistakes: int
    releases: int
    cents: int
    by: datetime | None = None
