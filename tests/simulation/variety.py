"""What only a share of the seeds has, each drawn from a stream of its own: all else stays as it was."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tests.simulation.faults.ledgers import Upgraded
from tests.simulation.faults.rights import ScopeRemoved
from tests.simulation.happening import D, H, Happening, Sketch
from tests.simulation.model.world import Lease
from tests.simulation.people import PauseWritten
from tests.simulation.policies import Special, WrittenPause
from tests.simulation.rules import Rules

S = timedelta(seconds=1)
Shift = tuple[datetime, datetime]
Shifts = tuple[tuple[Shift, ...], ...]

_PLATFORMS = ("tiktok", "instagram")
_UNHEALTHY = frozenset({"shadowbanned", "new", "cold"})
_TIERS = ("warm", "cold", "hot", "shadowbanned", "warming_up")


def with_policies(seed: int, rules: Rules, projects: list[str], start: datetime) -> Rules:
    """In three of ten seeds some accounts are governed otherwise, in a quarter late notices do, and in one of
    seven a pause stands in the configuration from the beginning.
    """
    draw = random.Random(f"policies {seed}")
    specials: tuple[Special, ...] = ()
    if draw.random() < 0.3:
        forms = [_at_term, _of_few_followers, _by_health, _never]
        specials = tuple(form(draw) for form in draw.sample(forms, k=draw.choice((1, 2, 2))))
    late = draw.random() < 0.25
    some = frozenset(one for one in projects if draw.random() < 0.8) or frozenset(projects)
    pauses = (_pause(draw, projects, start),) if draw.random() < 1 / 7 else ()
    return replace(
        rules,
        specials=tuple(replace(one, late=late) for one in specials),
        special_in=some if specials else frozenset(),
        late=late,
        pauses=pauses,
    )


def with_discovery(seed: int, rules: Rules, projects: list[str]) -> Rules:
    """In one of seven seeds with several a project is none of the configuration's: it is never enrolled."""
    draw = random.Random(f"discovery {seed}")
    if len(projects) < 2 or draw.random() >= 0.15:
        return rules
    found = draw.choice(projects)
    return replace(
        rules,
        discovered=frozenset({found}),
        enrolled=rules.enrolled - {found},
        special_in=rules.special_in - {found},
        pauses=tuple(one for one in rules.pauses if one.project != found),
    )


def shards(seed: int, rules: Rules, *, in_memory: bool) -> int:
    """In one of ten seeds there are two or three, each with a ledger of its own."""
    draw = random.Random(f"shards of {seed}")
    return draw.choice((2, 2, 3)) if draw.random() < 0.1 and in_memory and rules.wide else 1


def shifts(seed: int, rules: Rules, leases: Sequence[Lease], start: datetime, end: datetime) -> Shifts:
    """From when until when each process is up. In one of eight seeds two or three take turns on one ledger:
    each goes on for hours, over the opening of a window, when the next one is there already.
    """
    draw = random.Random(f"shifts {seed}")
    if draw.random() >= 0.12:
        return (((start, end),),)
    count = draw.choice((2, 2, 3))
    found: list[list[Shift]] = [[] for _ in range(count)]
    begun, present = start, 0
    for opens in sorted(_openings(draw, rules, leases)):
        begins = opens + draw.choice((timedelta(), 2 * S, -draw.uniform(0.1, 6) * H))
        ends = opens + draw.uniform(1, 12) * H
        if begins < begun + 2 * D or ends > end - 5 * D:
            continue
        found[present].append((begun, ends))
        following = (present + 1) % count
        if count > 2 and draw.random() < 0.6:
            found[(present + 2) % count].append((begins + draw.choice((0, 1, 40)) * S, ends))
        begun, present = begins, following
    found[present].append((begun, end))
    return tuple(tuple(one) for one in found if one)


def _openings(draw: random.Random, rules: Rules, leases: Sequence[Lease]) -> list[datetime]:
    idle = [one.renews_at - rules.lead for one in leases if one.handle.startswith("idle")]
    return draw.sample(idle, k=min(len(idle), draw.randint(2, 6)))


def _at_term(draw: random.Random) -> Special:
    return Special(
        name="at_term",
        when="always",
        idle_after=21 * D,
        cancels=draw.random() < 0.3,
        platform=draw.choice(_PLATFORMS),
    )


def _of_few_followers(draw: random.Random) -> Special:
    return Special(
        name="small",
        when="idle",
        idle_after=draw.choice((4, 7, 28)) * D,
        most_followers=draw.choice((200, 2_000)),
    )


def _by_health(draw: random.Random) -> Special:
    when = draw.choice(("idle", "always"))
    return Special(
        name="unwell",
        when=when,
        idle_after=draw.choice((4, 7)) * D,
        platform=draw.choice((None, *_PLATFORMS)),
        tiers=_UNHEALTHY,
    )


def _never(draw: random.Random) -> Special:
    return Special(name="kept", when="never", idle_after=10 * D, most_followers=200)


def _pause(draw: random.Random, projects: list[str], start: datetime) -> WrittenPause:
    begins = start + draw.uniform(2, 40) * D
    begins = begins.replace(second=0, microsecond=0)
    lasts = draw.choice((6 * H, D, 3 * D))
    return WrittenPause(begins=begins, ends=begins + lasts, project=draw.choice((None, *projects)))


def with_health(seed: int, rules: Rules, lease: Lease) -> Lease:
    """Where a policy asks for it, one in three was never but warm, and of the others some change."""
    if not any(one.tiers for one in rules.specials):
        return lease
    draw = random.Random(f"health {seed} {lease.id}")
    if draw.random() < 0.3:
        return lease
    tiers = [(lease.assigned_at - D, draw.choice(_TIERS))]
    if draw.random() < 0.4:
        opens = lease.renews_at - rules.lead
        changed = opens + draw.uniform(-2, 0.6) * max(rules.lead, 2 * rules.notice)
        tiers.append((changed.replace(microsecond=0), draw.choice(_TIERS)))
    return replace(lease, tiers=tuple(tiers))


MORE: tuple[type[Happening], ...] = (PauseWritten, Upgraded)


def more_happenings(seed: int, sketch: Sketch, *, on_disk: bool) -> Iterator[Happening]:
    """Numbered after those that were there before."""
    draw = random.Random(f"written pauses {seed}")
    if draw.random() < 0.15:
        yield PauseWritten.draw(draw, sketch)
    draw = random.Random(f"health unread {seed}")
    if any(one.tiers for one in sketch.rules.specials) and draw.random() < 0.5:
        at, until = sketch.span(draw, 3 * H, 60 * H)
        yield ScopeRemoved(at=at, until=until, scope="social:read")
    draw = random.Random(f"upgrades {seed}")
    if on_disk:
        for _ in range(draw.choice((1, 2, 2))):
            yield Upgraded.draw(draw, sketch)
