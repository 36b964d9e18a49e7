"""What was known of every account, from when on: today's facts, with each change that was observed undone.

Observations say what changed, not what was so. Undone from today's facts they give all that the ledger still
remembers, however much of what came before was forgotten.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select

from watcher.adapters.ledger.rows import KNOWN, known_of, override_of
from watcher.adapters.ledger.rules import Facts, known_facts
from watcher.adapters.ledger.schema import accounts, observations, overrides, turns
from watcher.adapters.ledger.store import Store
from watcher.ahead.backtest import Recorded, Sighting
from watcher.facts.accounts import Account
from watcher.facts.activity import Seen, Use
from watcher.memory.remembered import TurnKind
from watcher.record.overrides import Overrides
from watcher.rules.judge import Usage

_STREAMED = {"yield_per": 500}


def recorded(store: Store) -> Iterator[Recorded]:
    """Once, as one look sees it: account by account, so that memory grows with none of them.

    Raises `LedgerUnavailable`, `LedgerUnusable`.
    """
    with store.reading() as connection:
        full = turns.c.kind == TurnKind.FULL
        begun = select(turns.c.started_at).where(full, turns.c.completed).order_by(turns.c.started_at)
        said = connection.execute(select(overrides).order_by(overrides.c.id))
        changes = (
            select(observations.c.account, observations.c.project, observations.c.at, observations.c.facts)
            .order_by(observations.c.account, observations.c.project, observations.c.at, observations.c.id)
            .execution_options(**_STREAMED)
        )
        words = Overrides(said=tuple(map(override_of, said)))
        began = tuple(row.started_at for row in connection.execute(begun))
        rows = connection.execute(changes)

        def each() -> Iterator[tuple[Sighting, ...]]:
            for (account, project), some in groupby(rows, key=lambda row: (row.account, row.project)):
                these = accounts.c.account == account, accounts.c.project == project
                now = connection.execute(select(*KNOWN).where(*these)).one_or_none()
                if now is not None:
                    observed = [(row.at, row.facts) for row in some]
                    yield sightings_of(known_facts(known_of(now)), observed)

        yield Recorded(turns=began, words=words, accounts=each())


def sightings_of(
    now: Facts, observed: Sequence[tuple[datetime, Mapping[str, Sequence[Any]]]]
) -> tuple[Sighting, ...]:
    """`observed`: when what changed, each fact as [was, is], oldest first."""
    facts, found = dict(now), list[Sighting]()
    for at, changed in reversed(observed):
        found.append(_sighting(at, facts))
        facts |= {fact: was for fact, (was, _) in changed.items()}
    return tuple(reversed(found))


def _sighting(at: datetime, facts: Facts) -> Sighting:
    used_at, planned = _instant(facts["used_at"]), _instant(facts["used_for"])
    assigned_at, renews_at = _instant(facts["assigned_at"]), _instant(facts["renews_at"])
    assert assigned_at is not None
    assert renews_at is not None
    return Sighting(
        at=at,
        account=Account(
            id=facts["account"],
            project=facts["project"],
            handle=facts["handle"],
            platform=facts["platform"],
            followers=facts["followers"],
            assigned_at=assigned_at,
            renews_at=renews_at,
            price_cents=facts["price_cents"],
        ),
        used=None if used_at is None else Seen(at=used_at, what=Use(facts["used_what"]), planned=planned),
        usage=Usage(facts["usage"]),
        gone=facts["gone_at"] is not None,
    )


def _instant(fact: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(fact) if isinstance(fact, str) else fact
