"""What a quarter of a year comes to: the books, the brakes, and whether people were told in time.

Slow (`make quarter`): the bounds of a day's tests are too narrow for the faults that months bring. DELETEs,
debits and what was heard are taken from the other side of each socket, never from the watcher's reports.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.daemon.quarter import (
    API_DOWN,
    IDLE_AFTER,
    LEAD,
    MAIL_DOWN,
    MARGIN,
    NOTICE,
    START,
    D,
    H,
    Quarter,
    quarter,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

_SETTLES = 2 * D
"""How long after an outage its traces last: a gap voids notices, which are given anew a day before."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """A lease period that ended, by the provider's own account: debited, or given back before."""

    account: str
    handle: str
    renews_at: datetime
    cents: int
    uses: tuple[datetime, ...]
    released_at: datetime | None = None

    @property
    def opens(self) -> datetime:
        return self.renews_at - LEAD

    @property
    def unused(self) -> bool:
        """Whether it is to be given back: nobody has posted for long enough as its window opens."""
        return max(self.uses, default=datetime.min.replace(tzinfo=UTC)) <= self.opens - IDLE_AFTER

    @property
    def story(self) -> str:
        return (
            f"{self.account} renewing {self.renews_at:%d %b %H:%M}, last used {max(self.uses, default=None)}"
        )


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quarter]:
    with quarter(tmp_path_factory.mktemp("quarter"), 1) as one:
        yield one


def test_a_quarter_of_the_real_daemon(past: Quarter) -> None:
    """Everything at once: a run takes minutes."""
    wrong = [
        *books(past),
        *wrong_releases(past),
        *missed_without_a_cause(past),
        *brakes_without_a_cause(past),
        *untold(past),
        *codes_without_a_cause(past),
    ]
    assert wrong == []
    assert len(released(past)) > 20, "or it would have shown nothing"


def debited(past: Quarter) -> list[Period]:
    return [_period(past, one.account, one.at, one.cents, None) for one in past.sandbox.world.debits]


def released(past: Quarter) -> list[Period]:
    """The renewal that each release saved is in the reason of nobody but the ledger: its intent pinned it."""
    found = []
    for one in past.sandbox.world.releases:
        row = _rows(
            past,
            "select renews_at, price_cents from outcomes where kind = 'released' and account = ? "
            "order by abs(at - ?)",
            one.account,
            int(one.at.timestamp() * 1_000_000),
        )
        assert row, f"{one.account} was released, and the ledger has no outcome"
        found.append(_period(past, one.account, _instant(row[0][0]), row[0][1], one.at))
    return found


def _period(past: Quarter, account: str, renews_at: datetime, cents: int, at: datetime | None) -> Period:
    end = at or renews_at
    posts = past.sandbox.world.posts_of(account)
    uses = tuple(each.published_at for each in posts if each.published_at and each.published_at < end)
    return Period(
        account=account,
        handle=past.sandbox.world.accounts[account].handle,
        renews_at=renews_at,
        cents=cents,
        uses=uses,
        released_at=at,
    )


def books(past: Quarter) -> Iterator[str]:
    """The ledger's outcomes are the provider's: each release, and each debit of an account not in use."""
    theirs = sorted((one.account, one.renews_at, one.cents) for one in released(past))
    ours = _outcomes(past, "released")
    if theirs != ours:
        yield f"released: {sorted(set(theirs) ^ set(ours))}"
    debits = {(one.account, one.renews_at): one for one in debited(past)}
    paid = _outcomes(past, "paid")
    if len(set(paid)) != len(paid):
        yield "a renewal was noted as paid twice"
    for account, renews_at, cents in paid:
        debit = debits.get((account, renews_at))
        if debit is None or debit.cents != cents:
            yield f"noted as paid, and was not: {account} {renews_at} {cents}"
    noted = {(account, renews_at) for account, renews_at, _ in paid}
    for key, debit in debits.items():
        month = debit.renews_at - timedelta(days=31)
        if key not in noted and not any(use >= month for use in debit.uses):
            yield f"debited unused, and not noted: {debit.story}"


def wrong_releases(past: Quarter) -> Iterator[str]:
    for one in released(past):
        assert one.released_at is not None
        if not one.unused:
            yield f"released in use: {one.story}"
        if not one.opens <= one.released_at < one.renews_at - MARGIN:
            yield f"released outside its window, at {one.released_at}: {one.story}"
        announced = [
            at for at, text in past.mailed if f"@{one.handle}" in text and "will be released" in text
        ]
        if not any(one.released_at - 4 * D <= at <= one.released_at - NOTICE for at in announced):
            yield f"released without a mail a day before: {one.story}"


def missed_without_a_cause(past: Quarter) -> Iterator[str]:
    """An unused account is debited only where an outage kept it from being announced or released in time."""
    for one in debited(past):
        since = one.opens - 2 * NOTICE
        begun = since < START + D  # the ledger is younger than the notice that it would have given
        if one.unused and not begun and not _touched(since, one.renews_at):
            yield f"debited although unused: {one.story}"


def brakes_without_a_cause(past: Quarter) -> Iterator[str]:
    for at, event in past.told("brake.halted"):
        if not (at < START + D + H or _touched(at, at)):
            yield f"a brake at {at}: {event['text']}"


def untold(past: Quarter) -> Iterator[str]:
    """Of each renewal people heard before it came; of each that was to be avoided, by when."""
    for one in [*debited(past), *released(past)]:
        warned = [at for at, event in past.told("renewal.warning") if _is_about(event, one)]
        if one.renews_at > START + D and not any(at < one.renews_at for at in warned):
            yield f"no warning before its renewal: {one.story}"
    for one in debited(past):
        if one.unused and one.renews_at > START + 2 * D:
            said = [at for at, event in past.told("deadline.near", "deadline.missed") if at < one.renews_at]
            warned = [at for at, event in past.told("renewal.warning") if _is_about(event, one)]
            near = [at for at in (*said, *warned) if at >= one.renews_at - 2 * D]
            if not near:
                yield f"nothing was heard in the two days before it was missed: {one.story}"


def codes_without_a_cause(past: Quarter) -> Iterator[str]:
    for at, code in past.codes.items():
        if code and not (at < START + D + H or _touched(at, at)):
            yield f"exit {int(code)} at {at}"


def _touched(since: datetime, until: datetime) -> bool:
    """Whether an outage, or what it leaves behind, lies within."""
    return any(since <= end + _SETTLES and begin <= until for begin, end in (API_DOWN, MAIL_DOWN))


def _is_about(event: dict[str, object], one: Period) -> bool:
    return (
        event["account"] == one.account
        and str(event.get("renews_at", ""))[:16] == one.renews_at.isoformat()[:16]
    )


def _outcomes(past: Quarter, kind: str) -> list[tuple[str, datetime, int]]:
    rows = _rows(past, "select account, renews_at, price_cents from outcomes where kind = ?", kind)
    return sorted((account, _instant(at), cents) for account, at, cents in rows)


def _rows(past: Quarter, question: str, *values: object) -> list[tuple]:
    with sqlite3.connect(Path(past.folder) / "watcher.db") as ledger:
        return ledger.execute(question, values).fetchall()


def _instant(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1_000_000, UTC)
