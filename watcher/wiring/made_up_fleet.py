"""Where a simulation begins: today's fleet, read once from the API, or a sandbox's own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from watcher.adapters.clock import PlannedClock
from watcher.adapters.evidence.posts import SLACK
from watcher.adapters.layers.options import ApiOptions
from watcher.adapters.layers.reader import LayersReader
from watcher.adapters.layers.session import open_session
from watcher.ahead.habits import LOOKS_BACK
from watcher.ahead.outset import Outset, apart, not_understood
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, ProjectId, Quarantined, Unread
from watcher.facts.posts import UNFINISHED, Post
from watcher.facts.projects import told_apart
from watcher.ports.leases import ApiError, LeaseReader, is_about_the_key
from watcher.ports.workers import Workers
from watcher.rules.targets import Target
from watcher.sandbox import Fleet
from watcher.sandbox.fleets import NAMES
from watcher.settings.model import Settings
from watcher.texts.plain import plain
from watcher.turn.gather import targets
from watcher.wiring.ledger import open_reader
from watcher.wiring.made_up import KEY, MadeUpApi
from watcher.wiring.orders import orders_from
from watcher.wiring.turn import Wiring, open_api

ELSEWHERE: Final = ApiOptions(base_url="https://made-up.invalid")
"""Where a made-up API is said to be: nothing is ever sent there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _ProjectRead:
    """`whole` False: its list, or its posts, could not be read. `reads_posts` False: posts may not be."""

    target: Target
    whole: bool = True
    accounts: tuple[Account, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    posts: tuple[Post, ...] = ()
    reads_posts: bool = True
    left_out: tuple[str, ...] = ()


def reach_back(*orders: Orders) -> timedelta:
    """How far back posts are read: as far as any policy asks, and as habits are looked at."""
    asked = (one.release.idle_after for each in orders for one in each.every_policy())
    return max((LOOKS_BACK, *asked)) + SLACK


def outset_from_api(
    reader: LeaseReader,
    orders: Orders,
    *,
    workers: Workers,
    threads: int,
    back: timedelta,
    source: str,
    now: Callable[[], datetime],
    progress: Callable[[str, int], None] = lambda _project, _accounts: None,
    inhabited: Callable[[], Sequence[ProjectId]] = tuple,
) -> Outset:
    """What every watched project leases and posted, each read once. Only reads; raises `ApiError` where the
    API itself cannot be asked. A project that cannot be read is left out, and named.
    """
    identity = reader.whoami()
    at = now()
    undiscovered: list[Unread] = []
    wanted = targets(orders, reader, inhabited=inhabited, failed=undiscovered.append)
    found: list[_ProjectRead] = []
    for one in workers.map(lambda target: _read(reader, target, at - back), wanted, at_once=threads):
        progress(one.target.name, len(one.accounts))
        found.append(one)
    accounts, quarantined = apart(
        (account for one in found for account in one.accounts),
        (odd for one in found for odd in one.quarantined),
    )
    names = told_apart(
        {one.target.id: one.target.name for one in found if one.whole}, configured=orders.names
    )
    return Outset(
        at=at,
        source=source,
        organization_id=identity.organization_id,
        organization_name=identity.organization_name,
        projects=names,
        accounts=accounts,
        posts={one.target.id: one.posts for one in found if one.whole},
        reads_posts=all(one.reads_posts for one in found),
        quarantined=quarantined,
        left_out=(
            *(f"projects that are not configured: {plain(one.in_full)}" for one in undiscovered),
            *(words for one in found for words in one.left_out),
            *not_understood(quarantined, names),
        ),
    )


def _read(reader: LeaseReader, target: Target, since: datetime) -> _ProjectRead:
    try:
        listing = reader.leased(target.id)
    except ApiError as error:
        if is_about_the_key(error):
            raise
        words = f"project {plain(target.name)}: {error.summary}"
        return _ProjectRead(target=target, whole=False, left_out=(words,))
    try:
        posts, may_read = tuple(_posts(reader, target.id, since)), True
    except ApiError as error:
        if is_about_the_key(error):
            raise
        if error.code != "FORBIDDEN_SCOPE":
            # An error is not emptiness: without its posts whoever is used would be played as unused.
            words = f"project {plain(target.name)}, its posts: {error.summary}"
            return _ProjectRead(target=target, whole=False, left_out=(words,))
        posts, may_read = (), False
    return _ProjectRead(
        target=target,
        accounts=listing.accounts,
        quarantined=listing.quarantined,
        posts=posts,
        reads_posts=may_read,
    )


def _posts(reader: LeaseReader, project: ProjectId, since: datetime) -> Iterator[Post]:
    """Every post planned since then, and what is unfinished however old it is."""
    finished: list[Post] = []
    for page in reader.posts(project, statuses=()):
        finished += page.posts
        if page.last:
            yield from finished
            return
        planned = [post.scheduled_for for post in page.posts if post.scheduled_for is not None]
        if planned and min(planned) < since:
            break
    yield from (post for post in finished if post.status not in UNFINISHED)
    for page in reader.posts(project, statuses=UNFINISHED):
        yield from page.posts


def outset_from_sandbox(name: str, now: datetime) -> Outset:
    """One of the sandbox's own fleets, as it is now."""
    return outset_of(NAMES[name](now, 0), now, f"the sandbox's fleet `{name}`")


def outset_of(fleet: Fleet, now: datetime, source: str) -> Outset:
    """A fleet of the sandbox's making, read as the API's is."""
    clock = PlannedClock(now)
    api = MadeUpApi(fleet, clock)
    session = open_session(ELSEWHERE, http=api, key=KEY, clock=clock)
    reader = LayersReader(session=session)
    projects = tuple(
        Target(id=one.id, name=one.name, policies=(), enrolled=True) for one in reader.projects()
    )
    found = [_read(reader, one, now - timedelta(days=365)) for one in projects]
    identity = reader.whoami()
    return Outset(
        at=now,
        source=source,
        organization_id=identity.organization_id,
        organization_name=identity.organization_name,
        projects={one.target.id: one.target.name for one in found},
        accounts=tuple(account for one in found for account in one.accounts),
        posts={one.target.id: one.posts for one in found},
    )


def read_outset(wiring: Wiring, others: Sequence[Settings] = ()) -> Outset:
    """The fleet of today from the API, read once: GETs, and nothing else. Raises `ApiError`.

    `others`: settings of which the projects are read as well, and as far back as their policies ask.
    """
    orders = [orders_from(each, wiring.shard) for each in (wiring.settings, *others)]
    together = {target.id: target for each in orders for target in each.targets}
    discovered = next((each.discovered for each in orders if each.discovered is not None), None)
    with open_api(wiring) as reader, open_reader(wiring.settings) as ledger:
        return outset_from_api(
            reader,
            replace(orders[0], targets=tuple(together.values()), discovered=discovered),
            workers=wiring.workers,
            threads=wiring.settings.api.threads,
            back=reach_back(*orders),
            source=f"the API at {wiring.settings.api.base_url}",
            now=wiring.clock.now,
            progress=wiring.progress,
            inhabited=ledger.inhabited,
        )
