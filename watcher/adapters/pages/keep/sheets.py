"""What the page says, word by word."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from watcher.adapters.pages.layout import Sheet
from watcher.facts import handles
from watcher.facts.accounts import AccountId
from watcher.messages.fates import fate_in_words
from watcher.record.fates import Fate, LeaseState
from watcher.record.overrides import Override
from watcher.texts.commands import to_hold, to_unhold
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.times import clock_time, distance

LONGEST_REASON: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """An account as the page shows it. `hold`: the longest in force.

    `release_at`: from when it may be given back, as was announced; None where no announcement stands.
    `why`: what is known of its use.
    """

    id: AccountId
    handle: str
    platform: str
    project: str
    renews_at: datetime
    price_cents: int
    hold: Override | None
    fate: Fate
    release_at: datetime | None = None
    why: str = ""

    @property
    def held(self) -> bool:
        """Whether to the end of its lease period."""
        return self.hold is not None and (self.hold.until is None or self.hold.until >= self.renews_at)


def _name(shown: Shown) -> str:
    return handles.name_of(shown.handle, shown.id)


def question(shown: Shown, now: datetime, timezone: tzinfo) -> Sheet:
    return Sheet(
        title=f"Keep {_name(shown)}?",
        facts=_facts(shown, now, timezone),
        said=_asked(shown.fate, now, timezone),
        longest=LONGEST_REASON,
    )


def _asked(fate: Fate, now: datetime, timezone: tzinfo) -> tuple[str, ...]:
    match fate.state:
        case LeaseState.RELEASING:
            return _LATE_QUESTION
        case LeaseState.NOT_LISTED:
            return (_unlisted(fate, now, timezone), _UNLISTED_QUESTION)
        case _:
            return _QUESTION


def kept(shown: Shown, now: datetime, timezone: tzinfo) -> Sheet:
    title = f"{_name(shown)} is held until it renews"
    return Sheet(title=title, facts=_facts(shown, now, timezone), said=_KEPT, done=True)


def late(shown: Shown, now: datetime, timezone: tzinfo) -> Sheet:
    title = f"It may be too late for {_name(shown)}"
    return Sheet(title=title, facts=_facts(shown, now, timezone), said=_LATE, done=True)


def released(shown: Shown, now: datetime, timezone: tzinfo) -> Sheet:
    """By us: nothing is left to keep, and nothing is recorded."""
    title = f"{_name(shown)} was released"
    return Sheet(title=title, said=(f"It {fate_in_words(shown.fate, now, timezone)}.", _RELEASED))


def unlisted(shown: Shown, now: datetime, timezone: tzinfo) -> Sheet:
    title = f"{_name(shown)} is not leased at present"
    return Sheet(title=title, said=(_unlisted(shown.fate, now, timezone), _UNLISTED), done=True)


def already(shown: Shown, now: datetime, timezone: tzinfo) -> Sheet:
    title = f"{_name(shown)} is held already"
    return Sheet(title=title, facts=_facts(shown, now, timezone), said=_ALREADY)


def _unlisted(fate: Fate, now: datetime, timezone: tzinfo) -> str:
    return f"It {fate_in_words(fate, now, timezone)}."


def _facts(shown: Shown, now: datetime, timezone: tzinfo) -> tuple[tuple[str, str], ...]:
    facts = [("Account", f"{_name(shown)} on {plain(shown.platform)}")]
    if shown.project:
        facts.append(("Project", plain(shown.project)))
    if shown.why:
        facts.append(("Use", plain(shown.why)))
    if shown.release_at is not None and not shown.held:
        facts.append(("Last moment", _last_moment(shown.release_at, now, timezone)))
    renews = f"{clock_time(shown.renews_at, timezone, now=now)}, {distance(shown.renews_at, now)}"
    facts.append(("Renews", f"{renews}; {dollars(shown.price_cents)} is debited then"))
    return tuple(facts)


def _last_moment(release_at: datetime, now: datetime, timezone: tzinfo) -> str:
    """The release's, for the renewal's comes hours after it."""
    if release_at <= now:
        return "now: it may be given back at any moment"
    moment = f"{clock_time(release_at, timezone, now=now)}, {distance(release_at, now)}"
    return f"{moment}: from then on it is given back"


_QUESTION: Final = (
    "The lease watcher has announced it: unless this account is used or held, it is given back before it "
    "renews. That cannot be undone.",
    "If you keep it, it is held until it renews, and the price is debited then: for this renewal only.",
)
_LATE_QUESTION: Final = (
    "A release of this account is under way at this very moment, so it may be too late to keep it.",
    "You can still press the button: if that release does not succeed, the account is held.",
)
_LATE: Final = (
    "A release of it was under way when it was to be held. If that does not succeed, the account is "
    "held until it renews: this much is noted.",
)
_RELEASED: Final = "There is nothing left to keep."
_UNLISTED_QUESTION: Final = (
    "You can still press the button: if it is listed again, it is held until it renews."
)
_UNLISTED: Final = "If it is listed again, it is held until it renews: this much is noted."
_KEPT: Final = (
    "Noted: it is not given back before it renews. The price is debited then.",
    f"Only whoever runs the lease watcher can take this back, with `{to_unhold('ACCOUNT')}`; no link can.",
)
_ALREADY: Final = (
    "It is held at least until it renews, so there is nothing to do. The price is debited then.",
)
OVER: Final = Sheet(
    title="This link is over",
    said=(
        "It was for one renewal, which has passed or was moved. Nothing was changed.",
        "If the account is still leased, the next message about it has a new link.",
    ),
)
NOTHING: Final = Sheet(
    title="There is nothing here",
    said=("Was the link copied whole? Nothing was changed.",),
)
METHOD: Final = Sheet(title="This page can be read and answered only", said=("Nothing was changed.",))
STRANGER: Final = Sheet(
    title="That came from another page",
    said=("Nothing was changed. Open the link from the message itself and press the button there.",),
)
TOO_LARGE: Final = Sheet(title="That was too long", said=("Nothing was changed. Try a shorter reason.",))
FAILED: Final = Sheet(
    title="That did not work",
    said=(
        "If you pressed the button, do not rely on it: the account may not be held.",
        f"Try again in a minute, or have it held with `{to_hold('ACCOUNT')}`.",
    ),
)
