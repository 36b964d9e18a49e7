"""The options of `[api]`, and what the API grants each tier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from watcher.rules.option import option


class Tier(StrEnum):
    """The rate-limit tier of the key."""

    AUTO = "auto"
    """What whoami says; `standard` until it said so."""
    STANDARD = "standard"
    PILOT = "pilot"
    PARTNER = "partner"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiOptions:
    base_url: str = option(
        "https://api.layers.com", "Where the API is: https, or plain http to this machine (the sandbox)."
    )
    timeout: timedelta = option(
        timedelta(seconds=10),
        "How long one request may take.",
        minimum=timedelta(milliseconds=100),
        maximum=timedelta(minutes=2),
    )
    tier: Tier = option(Tier.AUTO, "The rate-limit tier of the key; `auto` asks the API.")
    threads: int = option(4, "Projects read at the same time.", minimum=1, maximum=16)


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """Requests a minute, in any window of 60 s."""

    reads: int
    writes: int


ALLOWANCES: Final[Mapping[Tier, Allowance]] = {
    # The smallest, until whoami names another.
    Tier.AUTO: Allowance(reads=120, writes=60),
    Tier.STANDARD: Allowance(reads=120, writes=60),
    Tier.PILOT: Allowance(reads=1_200, writes=600),
    Tier.PARTNER: Allowance(reads=6_000, writes=3_000),
}
