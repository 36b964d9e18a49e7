"""One seed, one history: a fleet, the rules over it, what is posted, what goes wrong and what people do."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from tests.simulation.faults import FAULTS
from tests.simulation.happening import D, H, Happening, Sketch
from tests.simulation.model.months import month_after
from tests.simulation.model.world import PUBLISHING, Lease, Post
from tests.simulation.people import PEOPLE
from tests.simulation.rules import Rules
from tests.simulation.variety import (
    Shifts,
    more_happenings,
    shards,
    shifts,
    with_discovery,
    with_health,
    with_policies,
)
from watcher.facts.accounts import ProjectId
from watcher.rules.shards import Shard

START = datetime(2026, 1, 10, 9, tzinfo=UTC)
DAYS = 66
_DAYS_KEPT = 36
"""Where the ledger is on a disk or a server a turn takes five times as long: enough for a renewal of each."""
_CALM = timedelta(days=4)
"""Nothing happens in the last days: what is under way comes to its end."""

_HABITS = ("idle", "idle", "busy", "fading", "reviving", "waking", "queued", "silent", "idle", "newcomer")
"""`fading` stops within the history, `reviving` begins again, `waking` posts once near its release, `silent`
never posted, `newcomer` is leased within the history."""


@dataclass(frozen=True, kw_only=True)
class History:
    """All of it, as values. `without`: numbers of happenings that are left out, to tell what it fails by."""

    seed: int
    rules: Rules
    projects: dict[str, str]
    leases: tuple[Lease, ...]
    posts: tuple[Post, ...]
    happenings: tuple[Happening, ...]
    settles: timedelta
    page: int | None
    on_disk: bool
    on_server: bool = False
    shards: int = 1
    """Each has a ledger and a process of its own."""
    shifts: Shifts = (((START, START + DAYS * D),),)
    """From when until when each process is up that takes turns on the ledger; of shards all the time."""
    start: datetime = START
    end: datetime = START + DAYS * D
    without: frozenset[int] = frozenset()

    def shard(self, project: str) -> int:
        """The number of the one that looks after it."""
        if self.shards == 1:
            return 0
        parts = (Shard(index=number, count=self.shards) for number in range(self.shards))
        return next(one.index for one in parts if one.has(ProjectId(project)))

    @property
    def in_memory(self) -> bool:
        """Where its ledger is: else in a file of SQLite, or with a PostgreSQL."""
        return not (self.on_disk or self.on_server)

    @property
    def runs(self) -> int:
        """So many there are, where no process ends but as it is meant to."""
        return self.shards * sum(map(len, self.shifts))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it has that most have not, from the beginning."""
        rules = self.rules
        has = {
            "several policies for a project": bool(rules.specials),
            "policy that releases at term": any(one.when == "always" for one in rules.specials),
            "policy that goes by health": any(one.tiers for one in rules.specials),
            "policy that waives a late notice": rules.late,
            "pause in the first configuration": bool(rules.pauses),
            "discovered project": bool(rules.discovered),
            "shards": self.shards > 1,
            "several processes on a ledger": len(self.shifts) > 1,
        }
        return tuple(kind for kind, there in has.items() if there)

    @cached_property
    def happens(self) -> dict[int, Happening]:
        """By number, without those that are left out."""
        return {n: one for n, one in enumerate(self.happenings) if n not in self.without}


def history(seed: int, without: frozenset[int] = frozenset()) -> History:
    draw = random.Random(f"history {seed}")
    ids = [f"prj_{name}" for name in ("acme", "beta", "gamma", "delta")[: draw.randint(1, 4)]]
    rules = _rules(draw, ids)
    leases = [_lease(draw, number, ids) for number in range(draw.randint(28, 64))]
    silent = _silent(seed, ids)
    posts = [post for lease in leases for post in _posts(draw, lease, rules) if post.project != silent]
    rules = replace(rules, protected=frozenset(one.id for one in leases if draw.random() < 0.04))
    rules = with_policies(seed, _told_with_care(seed, rules), ids, START)
    rules = with_discovery(seed, rules, ids)
    leases = [with_health(seed, rules, lease) for lease in leases]
    on_disk, on_server = seed % 24 == 0, seed % 96 == 36
    end = START + (_DAYS_KEPT if on_disk or on_server else DAYS) * D
    sketch = Sketch(start=START, calm_from=end - _CALM, rules=rules, leases=leases)
    happenings = [*more_happenings(seed, sketch, on_disk=on_disk)]
    kinds = [*draw.choices(FAULTS, k=draw.randint(0, 9)), *draw.choices(PEOPLE, k=draw.randint(0, 7))]
    parts = shards(seed, rules, in_memory=not (on_disk or on_server))
    up = shifts(seed, rules, leases, START, end) if parts == 1 else (((START, end),),)
    return History(
        seed=seed,
        rules=rules,
        projects={id_: id_.removeprefix("prj_") for id_ in ids},
        leases=tuple(leases),
        posts=tuple(posts),
        happenings=(*sorted((one.draw(draw, sketch) for one in kinds), key=lambda one: one.at), *happenings),
        settles=draw.choice((0, 3, 25)) * timedelta(seconds=1),
        page=draw.choice((None, None, 5)),
        on_disk=on_disk,
        on_server=on_server,
        shards=parts,
        shifts=up,
        end=end,
        without=without,
    )


def _rules(draw: random.Random, projects: list[str]) -> Rules:
    poll = draw.choice((12, 12, 24)) * H
    enrolled = [id_ for id_ in projects if draw.random() < 0.9] or projects
    return Rules(
        enforce=draw.random() < 0.94,
        enrolled=frozenset(enrolled),
        idle_after=draw.choice((10, 14, 21)) * D,
        notice=draw.choice((12, 24, 24, 48)) * H,
        lead=2 * poll + draw.choice((1, 3, 6)) * H,
        poll=poll,
        evidence_complete=draw.random() < 0.5,
        wide=draw.random() < 0.85,
        receivers=draw.choice((1, 1, 2)),
    )


def _told_with_care(seed: int, rules: Rules) -> Rules:
    """Some have hours in which they want to hear nothing, or not too much at once."""
    draw = random.Random(f"receivers {seed}")
    quiet = draw.choice(((22, 7), (18, 8), (12, 14))) if draw.random() < 0.15 else None
    return replace(rules, quiet=quiet, most_per_hour=draw.choice((3, 10)) if draw.random() < 0.15 else None)


def _silent(seed: int, projects: list[str]) -> str | None:
    """A project that shows no post, in some: its accounts may be used by hand for all that anybody knows."""
    draw = random.Random(f"silent {seed}")
    return draw.choice(projects) if len(projects) > 1 and draw.random() < 0.12 else None


def _lease(draw: random.Random, number: int, projects: list[str]) -> Lease:
    habit = _HABITS[number % len(_HABITS)]
    renews_at = START + draw.uniform(2.5, 31) * D
    renews_at = renews_at.replace(microsecond=0)
    assigned_at = renews_at - draw.randint(3, 9) * 30 * D
    listed_from = START - D
    if habit == "newcomer":
        assigned_at = (START + draw.uniform(1, 25) * D).replace(microsecond=0)
        renews_at, listed_from = (
            month_after(assigned_at, assigned_at.day),
            assigned_at + 20 * timedelta(seconds=1),
        )
    handle = f"{'keep' if draw.random() < 0.04 else habit}.{number:02}"
    return Lease(
        id=f"sa_{number:02}",
        project=draw.choice(projects),
        handle=handle,
        platform=draw.choice(("tiktok", "instagram")),
        followers=70_000 if draw.random() < 0.05 else draw.choice((120, 1_000, 8_000)),
        assigned_at=assigned_at,
        renews_at=renews_at,
        price_cents=draw.choice((9_900, 15_000, 15_000, 24_900)),
        listed_from=listed_from,
        anchor=assigned_at.day if habit == "newcomer" else renews_at.day,
    )


def _posts(draw: random.Random, lease: Lease, rules: Rules) -> Iterator[Post]:
    habit = lease.handle.split(".")[0] if not lease.handle.startswith("keep") else "idle"
    begin, end = START - 35 * D, START + DAYS * D
    spells: list[tuple[datetime, datetime]] = []
    match habit:
        case "idle":
            spells = [(begin, START - draw.uniform(5, 25) * D)]
        case "busy":
            spells = [(begin, end)]
        case "fading":
            spells = [(begin, START + draw.uniform(0, 30) * D)]
        case "reviving":
            spells = [(begin, START - draw.uniform(5, 25) * D), (START + draw.uniform(4, 50) * D, end)]
        case "waking":
            opens = lease.renews_at - rules.lead
            woken = opens + draw.uniform(-1.5, 1) * draw.choice((rules.lead, 2 * rules.notice, H))
            spells = [(begin, START - 20 * D), (woken, woken + D)]
        case "queued":
            yield _one(draw, lease, START + draw.uniform(1, 60) * D, ahead=80 * D)
        case "newcomer":
            spells = [(lease.assigned_at + D, lease.assigned_at + draw.choice((2, 8, 40)) * D)]
    for since, until in spells:
        at = max(since, lease.assigned_at + H)
        while at < until:
            yield _one(draw, lease, at, ahead=draw.choice((0, 0, 1, 30)) * H)
            at += draw.uniform(3, 9) * D


def _one(draw: random.Random, lease: Lease, at: datetime, *, ahead: timedelta) -> Post:
    """Made `ahead` of when it goes out, which is sometimes refused by the platform, or called off."""
    at = at.replace(microsecond=0)
    ended = draw.choices(("published", "failed", "canceled"), weights=(90, 5, 5))[0]
    return Post(
        id=f"post_{lease.id}_{at:%m%d%H%M%S}",
        account=lease.id,
        project=lease.project,
        appears_at=at - ahead,
        scheduled_for=at,
        ended=ended,
        ended_at=at - ahead / 2 if ended == "canceled" else at + PUBLISHING,
        first=draw.choices(("queued", "draft"), weights=(9, 1))[0],
    )
