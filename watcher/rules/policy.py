"""What a partner wants for the accounts that match: the options of `[policies.NAME]`."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from watcher.facts.health import HEALTH, HealthTier
from watcher.record.reasons import Reason
from watcher.rules.option import filled_in, option
from watcher.rules.rungs import QuietHours

HANDLES: Final = (
    "Handle globs (`*`, `?`, `[ab]`); case, a leading @, the way of composing accents, width and invisible "
    "signs do not matter, and of an address its last part counts."
)


class ReleaseWhen(StrEnum):
    NEVER = "never"
    IDLE = "idle"
    ALWAYS = "always"


class IfNoticeLate(StrEnum):
    KEEP = "keep"
    RELEASE = "release"


class WarnFor(StrEnum):
    ALL = "all"
    UNUSED = "unused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Which accounts the policy governs; every given condition must fit, an empty table fits all."""

    platforms: tuple[str, ...] = option((), "Platforms, such as `tiktok`, compared as handles are.")
    handles: tuple[str, ...] = option((), HANDLES)
    min_followers: int | None = option(None, "At least so many followers.", minimum=0)
    max_followers: int | None = option(None, "At most so many followers.", minimum=0)
    min_price_cents: int | None = option(None, "At least this monthly price, in cents.", minimum=0)
    max_price_cents: int | None = option(None, "At most this monthly price, in cents.", minimum=0)
    min_age: timedelta | None = option(None, "Leased at least this long.", minimum=timedelta())
    health: tuple[HealthTier, ...] = option(
        (),
        "What the provider calls its health. It costs a request for each account whose first warning or "
        "announcement has come, each half hour; while nobody knows it, the account is left alone.",
        shown=False,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseRule:
    """`[policies.NAME.release]`: when an account is given back, and what must come first."""

    when: ReleaseWhen = option(ReleaseWhen.NEVER, "`never`, `idle` (unused), or `always` (at term).")
    idle_after: timedelta = option(
        timedelta(days=21),
        "Not used for this long is unused; a release asks what will be so when its window opens.",
        minimum=timedelta(days=1),
    )
    notice: timedelta = option(
        timedelta(hours=24),
        "A counting channel must have accepted the announcement this long before; 0s: nothing is announced.",
        minimum=timedelta(),
    )
    notice_to: tuple[str, ...] = option(
        (), "Notifiers that must all accept; empty: every counting one routed for announcements."
    )
    lead: timedelta = option(
        timedelta(hours=6), "The window opens this long before the renewal.", minimum=timedelta(minutes=1)
    )
    margin: timedelta = option(
        timedelta(minutes=10),
        "The window closes this long before the renewal; must exceed api.timeout + brakes.max_clock_skew.",
        minimum=timedelta(seconds=1),
    )
    if_notice_late: IfNoticeLate = option(
        IfNoticeLate.KEEP,
        "When the receipt is younger than `notice` as the window ends: `keep` or `release`.",
    )
    cancel_queued: bool = option(
        False, "With `always`: release although unfinished posts would be cancelled."
    )
    quiet_ahead: timedelta = filled_in(timedelta())
    """How long those who must accept a notice may want to be left alone: it goes out that much earlier.

    Of the notifiers; other quiet hours void no notice.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Protect:
    """`[policies.NAME.protect]`: accounts this policy never releases."""

    accounts: tuple[str, ...] = option((), "Account ids.")
    handles: tuple[str, ...] = option((), HANDLES)
    min_followers: int | None = option(None, "Accounts with at least so many followers.", minimum=0)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One named policy, whole. Its fingerprint is asked for each account, and found out once."""

    name: str
    warn: tuple[timedelta, ...] = option(
        (timedelta(days=7), timedelta(days=3), timedelta(days=1)), "Warn this long before each renewal."
    )
    warn_for: WarnFor = option(
        WarnFor.ALL,
        "`all` accounts, or `unused`: only those that will not be in use when their window opens.",
    )
    evidence: tuple[str, ...] = option(
        ("posts",), "Sources: `posts` show use; `health`, asked of what would soon go, keeps what is hot."
    )
    evidence_complete: bool = option(
        False, "Every use goes through Layers, so no post at all means unused even where none was ever seen."
    )
    match: Match = Match()
    release: ReleaseRule = ReleaseRule()
    protect: Protect = Protect()
    quiet: tuple[QuietHours, ...] = filled_in(())
    """Of those who are to be warned: of the notifiers."""

    @cached_property
    def fingerprint(self) -> str:
        """Changes with anything that could change a release; a notice given under another one is void."""
        parts: tuple[object, ...] = (
            self.name,
            self.evidence,
            self.evidence_complete,
            self.match,
            self.release,
            self.protect,
        )
        if self.match.health:
            # Beside the rest: what notices remember of policies that do not match by it stays as it was.
            parts = (*parts, tuple(tier.value for tier in self.match.health))
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    @property
    def sources(self) -> tuple[str, ...]:
        """All that is asked about its accounts: its evidence, and health where it matches by that."""
        matched = (HEALTH,) if self.match.health and HEALTH not in self.evidence else ()
        return (*self.evidence, *matched)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    release: bool
    reason: Reason
