"""One digest that has something of everything."""

from datetime import UTC, datetime, timedelta

from tests.builders import IN_USE, UNUSED
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.clauses import Clause, follows, to_keep, why
from watcher.messages.events import Event, EventKind, RenewalFacts
from watcher.messages.outgoing import presented
from watcher.messages.renewal_messages import instant
from watcher.ports.notifier import Digest

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
_THURSDAY = NOW + timedelta(days=3, hours=4, minutes=12)
_FRIDAY = NOW + timedelta(days=4, hours=7, minutes=30)


def a_digest(*, live: bool = True) -> Digest:
    return Digest(id="20260518T120000Z-000000:team:live", at=NOW, live=live, events=tuple(_events(live)))


def _events(live: bool) -> list[Event]:
    verb, but = ("will", "") if live else ("would", " (observe mode: nothing will be)")

    def announced(handle: str, project: str, renews: datetime, idle: str) -> Event:
        event = _about(
            EventKind.RELEASE_ANNOUNCED,
            handle,
            project,
            renews,
            f"@{handle} {verb} be released {instant(renews - timedelta(hours=6), NOW)} at the earliest{but}, "
            f"saving $150.00 due {instant(renews, NOW)}",
            why(f"no post published through Layers for {idle}"),
            to_keep(f"lease-watcher hold sa_{handle}"),
        )
        return presented(event, names={}, keep_url=f"https://keep.example/keep/{handle}", now=NOW)

    return [
        _about(EventKind.RENEWAL_WARNING, "city.runs", "acme", _FRIDAY, "", facts=IN_USE),
        *(
            _about(EventKind.RENEWAL_WARNING, f"used.{n}", "acme", _FRIDAY, "", facts=IN_USE)
            for n in range(211)
        ),
        _about(
            EventKind.RENEWAL_WARNING,
            "night.market.food",
            "globex",
            _FRIDAY + timedelta(days=3),
            f"@night.market.food renews {instant(_FRIDAY + timedelta(days=3), NOW)} for $150.00",
            why("no post published through Layers for 25 d 3 h"),
            follows("will be released before that unless it is used or held"),
            facts=UNUSED,
        ),
        announced("latte.art.lab", "acme", _THURSDAY, "34 d 6 h"),
        announced("tiny.desk.plants", "acme", _THURSDAY + timedelta(hours=1), "41 d"),
        announced("retro.synth.daily", "globex", _FRIDAY, "28 d 12 h"),
        Event(
            kind=EventKind.PROJECT_UNREADABLE,
            key="unreadable",
            at=NOW,
            what="project initech cannot be read: the key lacks the scope leased:write",
            project=ProjectId("initech"),
        ),
        _about(
            EventKind.RELEASE_UNKNOWN,
            "dawn.patrol.surf",
            "globex",
            NOW + timedelta(hours=5),
            "@dawn.patrol.surf was perhaps released",
            follows("it will be read back (no answer)"),
        ),
        _about(
            EventKind.RELEASE_DONE,
            "old.film.club",
            "acme",
            NOW + timedelta(hours=5),
            "@old.film.club was released",
            follows("$150.00 a month saved"),
        ),
        _about(
            EventKind.RELEASE_WITHDRAWN,
            "paper.crane.co",
            "acme",
            _FRIDAY,
            "the announced release of @paper.crane.co is withdrawn: it was used",
        ),
    ]


def _about(
    kind: EventKind,
    handle: str,
    project: str,
    renews: datetime,
    what: str,
    *clauses: Clause,
    facts: RenewalFacts | None = None,
) -> Event:
    account = AccountId(f"sa_{handle}")
    return Event(
        kind=kind,
        key=f"{kind}:{account}",
        at=NOW,
        what=what,
        clauses=clauses,
        project=ProjectId(project),
        account=account,
        handle=handle,
        period=LeasePeriod(account=account, renews_at=renews),
        cents=15_000,
        facts=facts,
    )
