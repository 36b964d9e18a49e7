"""Which projects a turn reads, and reading them, a few at once: what is leased, and the use of what is near
its renewal.

Readers return values and touch nothing else. Readings come in the order asked for, and no more than a few
wait at a time, so memory does not grow with the fleet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.decide.orders import Orders
from watcher.decide.readings import Asking, Failed, Reading
from watcher.facts.accounts import Account, AccountId, ProjectId, Unread
from watcher.facts.activity import Activity, Findings, Inquiry, Unknown, WhyUnknown, combined
from watcher.ports.evidence import EvidenceSource
from watcher.ports.leases import ApiError, LeaseReader, Suspended, is_about_the_key, is_missing
from watcher.ports.workers import Workers
from watcher.rules.judge import evidence_from, reach_of
from watcher.rules.matching import governing
from watcher.rules.targets import DISCOVERY, Target

_SILENCE = Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gatherer:
    """How to read: from where, and how many projects at once."""

    reader: LeaseReader
    sources: Mapping[str, EvidenceSource]
    workers: Workers
    threads: int

    def gather(
        self,
        targets: Iterable[Target],
        *,
        shown: frozenset[ProjectId],
        asking: Asking,
        now: datetime,
        unshown: frozenset[AccountId] = frozenset(),
    ) -> Iterator[Reading | Failed]:
        """Readings in the order of `targets`; a bad project is `Failed`, the others go on.

        `unshown`: accounts asked about however far their renewal, until their evidence shows their use again,
        or because a person wants them released.
        Raises `Suspended`, or `Refused` with `key_rejected`: then no other project would answer either.
        """

        def read(target: Target) -> Reading | Failed:
            return self.read(target, shown=shown, asking=asking, now=now, unshown=unshown)

        return self.workers.map(read, targets, at_once=self.threads)

    def read(
        self,
        target: Target,
        *,
        shown: frozenset[ProjectId],
        asking: Asking,
        now: datetime,
        unshown: frozenset[AccountId] = frozenset(),
    ) -> Reading | Failed:
        try:
            listing = self.reader.leased(target.id)
        except Suspended:
            raise
        except ApiError as error:
            if is_about_the_key(error):
                raise
            return Failed(
                target=target,
                code=error.code,
                why=error.summary,
                missing=is_missing(error),
                listed=error.listed,
            )
        now = max(now, listing.read_until)
        wanted = list(_asked(listing.accounts, target, asking, unshown, now))
        found = self.evidence(target, wanted, shown_before=target.id in shown, now=now)
        return Reading(
            target=target,
            listing=listing,
            read_at=listing.read_at - max(found.age - listing.age, timedelta()),
            activity=found.activity,
            by_source=found.by_source if asking is Asking.ALL else {},
            shown=found.shown,
            blank=found.blank,
        )

    def evidence(
        self, target: Target, accounts: Sequence[Account], *, shown_before: bool, now: datetime
    ) -> Findings:
        """The activity of some accounts of one project, from every source their policies name."""
        by_source: dict[str, list[Inquiry]] = {}
        for account in accounts:
            governed = governing(account, target.policies, now)
            if governed is None:
                continue
            inquiry = Inquiry(
                account=account,
                recent=governed.policy.release.idle_after,
                complete=governed.policy.evidence_complete,
            )
            for name in governed.policy.evidence:
                by_source.setdefault(name, []).append(inquiry)
        said: dict[AccountId, dict[str, Activity]] = {}
        shown, age, blank = shown_before, timedelta(), set[bool | None]()
        for name, inquiries in by_source.items():
            found = self.sources[name].read(target.id, inquiries, shown_before=shown_before, now=now)
            shown, age = shown or found.shown, max(age, found.age)
            blank.add(found.blank)
            for inquiry in inquiries:
                opinion = found.activity.get(inquiry.account.id)
                opinions = said.setdefault(inquiry.account.id, {})
                if opinion is not None:
                    opinions[name] = opinion
        # Where no source has an opinion, all were silent, and silence proves nothing.
        together = {
            id_: combined(opinions.values()) if opinions else _SILENCE for id_, opinions in said.items()
        }
        # One blind source is enough: what it once showed, the others may never have shown.
        nothing_left = True if True in blank else False if False in blank else None
        return Findings(activity=together, shown=shown, age=age, blank=nothing_left, by_source=said)


def _asked(
    accounts: Iterable[Account],
    target: Target,
    asking: Asking,
    unshown: frozenset[AccountId],
    now: datetime,
) -> Iterator[Account]:
    if asking is Asking.ALL:
        yield from accounts
        return
    # Most accounts of a large fleet are beyond every policy's reach, whichever governs them.
    farthest = now + max((reach_of(policy) for policy in target.policies), default=timedelta())
    for account in accounts:
        if account.id in unshown:
            yield account
        elif account.renews_at <= farthest:
            since = evidence_from(account, target.policies, now)
            if since is not None and since <= now:
                yield account


def targets(
    orders: Orders,
    reader: LeaseReader,
    *,
    inhabited: Callable[[], Iterable[ProjectId]],
    failed: Callable[[Unread], None],
) -> Iterator[Target]:
    """Configured projects as they are, discovered ones never enrolled.

    `inhabited`: those in which accounts are known. What discovery does not list any more (archived, of an
    unknown status, or because it fails) goes on being leased and paid for, so it is read on. A discovery that
    fails is handed to `failed`, not raised, unless it is about the key.
    """
    ours = orders.shard.has
    yield from (target for target in orders.targets if ours(target.id))
    if orders.discovered is None:
        return
    met = {target.id for target in orders.targets}
    asked = True
    try:
        for project in reader.projects():
            if project.id not in met and ours(project.id):
                met.add(project.id)
                yield Target(id=project.id, name=project.name, policies=orders.discovered, enrolled=False)
    except ApiError as error:
        if is_about_the_key(error):
            raise
        asked = False
        failed(Unread(project=DISCOVERY, name="discovery", code=error.code, why=error.summary))
    for known in inhabited():
        if known not in met and ours(known):
            yield Target(
                id=known,
                name=known,
                policies=orders.discovered,
                enrolled=False,
                named_by_nobody=asked,
            )
