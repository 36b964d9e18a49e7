"""Which projects a turn reads, and reading them, a few at once: what is leased, and the use of what is near
its renewal. A source that takes a request for each account is asked about few: what all else would let go.

Readers return values and touch nothing else. Readings come in the order asked for, and no more than a few
wait at a time, so memory does not grow with the fleet.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.decide.orders import Orders
from watcher.decide.readings import Asking, Failed, Reading
from watcher.facts.accounts import Account, AccountId, ProjectId, Unread
from watcher.facts.activity import NOT_ASKED, Activity, Findings, Inquiry, Unknown, WhyUnknown, combined
from watcher.facts.health import HEALTH, HEALTH_NOT_ASKED, Health
from watcher.ports.evidence import EvidenceSource
from watcher.ports.leases import ApiError, LeaseReader, Suspended, is_about_the_key, is_missing
from watcher.ports.workers import Workers
from watcher.rules.judge import Subject, evidence_from, is_in_question, is_matched_by_health, reach_of
from watcher.rules.matching import governing, rests_on_health
from watcher.rules.targets import DISCOVERY, Target
from watcher.turn.recent_health import RecentHealth

_SILENCE = Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gatherer:
    """How to read: from where, and how many projects at once."""

    reader: LeaseReader
    sources: Mapping[str, EvidenceSource]
    workers: Workers
    threads: int
    recent: RecentHealth = field(default_factory=RecentHealth)

    def gather(
        self,
        targets: Iterable[Target],
        *,
        shown: frozenset[ProjectId],
        asking: Asking,
        now: datetime,
        unshown: frozenset[AccountId] = frozenset(),
        due: frozenset[AccountId] = frozenset(),
    ) -> Iterator[Reading | Failed]:
        """Readings in the order of `targets`; a bad project is `Failed`, the others go on.

        `unshown`: accounts asked about however far their renewal, until their evidence shows their use again;
        `due`: those that a person wants released, of which every source is asked.
        Raises `Suspended`, or `Refused` with `key_rejected`: then no other project would answer either.
        """

        def read(target: Target) -> Reading | Failed:
            return self.read(target, shown=shown, asking=asking, now=now, unshown=unshown, due=due)

        self.recent.forget(now)
        return self.workers.map(read, targets, at_once=self.threads)

    def read(
        self,
        target: Target,
        *,
        shown: frozenset[ProjectId],
        asking: Asking,
        now: datetime,
        unshown: frozenset[AccountId] = frozenset(),
        due: frozenset[AccountId] = frozenset(),
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
        wanted = list(_asked(listing.accounts, target, asking, unshown | due, now))
        found = self.evidence(target, wanted, shown_before=target.id in shown, now=now, due=due)
        return Reading(
            target=target,
            listing=listing,
            read_at=listing.read_at - max(found.age - listing.age, timedelta()),
            activity=found.activity,
            by_source=found.by_source if asking is Asking.ALL else {},
            health=found.health,
            shown=found.shown,
            blank=found.blank,
        )

    def evidence(
        self,
        target: Target,
        accounts: Sequence[Account],
        *,
        shown_before: bool,
        now: datetime,
        due: Collection[AccountId] = (),
        healths: Mapping[AccountId, Health] | None = None,
    ) -> Findings:
        """What is known of some accounts of one project, from every source their policies name.

        `due`: those that are to be released now: no source is spared for them, and none is believed in what
        it said before. `healths`: how healthy they are, where that was asked already.
        """
        said = _Said(shown=shown_before, health=dict(healths or {}))
        if healths is None:
            self._match_by_health(target, accounts, said, now=now, due=due)
        by_source: dict[str, list[Inquiry]] = {}
        for account in accounts:
            governed = governing(account, target.policies, now, said.health_of(account))
            if governed is None:
                continue
            inquiry = Inquiry(
                account=account,
                recent=governed.policy.release.idle_after,
                complete=governed.policy.evidence_complete,
            )
            for name in governed.policy.evidence:
                by_source.setdefault(name, []).append(inquiry)
        for name in sorted(by_source, key=lambda name: self.sources[name].needs.last):
            source, inquiries = self.sources[name], by_source[name]
            if source.needs.last:
                inquiries = [
                    one
                    for one in inquiries
                    if one.account.id not in said.health
                    if one.account.id in due or is_in_question(_subject(one.account, target, said), now)
                ]
            if inquiries:
                said.note(
                    name,
                    inquiries,
                    source.read(target.id, inquiries, shown_before=shown_before, now=now),
                )
        return said.together()

    def _match_by_health(
        self,
        target: Target,
        accounts: Iterable[Account],
        said: "_Said",
        *,
        now: datetime,
        due: Collection[AccountId],
    ) -> None:
        """Ask how healthy those are of which only that says which policy governs them (ADR 81)."""
        policies = target.policies
        if not any(policy.match.health for policy in policies):
            return
        to_ask: list[Inquiry] = []
        for account in accounts:
            at_once = account.id in due
            if not (rests_on_health if at_once else is_matched_by_health)(account, policies, now):
                continue
            known = None if at_once else self.recent.of(account.id, now)
            if known is None:
                to_ask.append(Inquiry(account=account, recent=timedelta(), complete=False))
            else:
                said.health[account.id] = known
        if to_ask:
            found = self.sources[HEALTH].read(target.id, to_ask, shown_before=said.shown, now=now)
            self.recent.note(found.health, now - found.age)
            said.health.update(found.health)
            said.age = max(said.age, found.age)


@dataclass(kw_only=True, slots=True)
class _Said:
    """What several sources say of the accounts of a project, one after the other."""

    shown: bool
    age: timedelta = timedelta()
    by_source: dict[AccountId, dict[str, Activity]] = field(default_factory=dict)
    health: dict[AccountId, Health] = field(default_factory=dict)
    _blank: set[bool | None] = field(default_factory=set)

    def note(self, name: str, inquiries: Iterable[Inquiry], found: Findings) -> None:
        self.shown, self.age = self.shown or found.shown, max(self.age, found.age)
        self.health.update(found.health)
        self._blank.add(found.blank)
        for inquiry in inquiries:
            opinions = self.by_source.setdefault(inquiry.account.id, {})
            opinion = found.activity.get(inquiry.account.id)
            if opinion is not None:
                opinions[name] = opinion

    def health_of(self, account: Account) -> Health:
        return self.health.get(account.id, HEALTH_NOT_ASKED)

    def use_of(self, account: AccountId) -> Activity:
        """Where no source has an opinion, all were silent, and silence proves nothing."""
        opinions = self.by_source.get(account)
        return NOT_ASKED if opinions is None else combined(opinions.values()) if opinions else _SILENCE

    def together(self) -> Findings:
        # One blind source is enough: what it once showed, the others may never have shown.
        nothing_left = True if True in self._blank else False if False in self._blank else None
        return Findings(
            activity={id_: self.use_of(id_) for id_ in self.by_source},
            shown=self.shown,
            age=self.age,
            blank=nothing_left,
            by_source=self.by_source,
            health=self.health,
        )


def _subject(account: Account, target: Target, said: _Said) -> Subject:
    """What the judge would look at, by what was said so far and what is remembered of nobody."""
    return Subject(
        account=account,
        policies=target.policies,
        enrolled=target.enrolled,
        hold=None,
        activity=said.use_of(account.id),
        health=said.health_of(account),
    )


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
