"""Reading the API. This class has no way to change anything."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from watcher.adapters.layers import wire
from watcher.adapters.layers.ages import skew
from watcher.adapters.layers.bodies import segment, usable
from watcher.adapters.layers.errors import kept, request_id, unreadable
from watcher.adapters.layers.leased import leased_page
from watcher.adapters.layers.paging import Page, each_page
from watcher.adapters.layers.session import Query, Reply, Session
from watcher.facts.accounts import Account, AccountId, Flaw, ProjectId, Quarantined
from watcher.facts.listing import FRESH_FOR, Listing
from watcher.facts.posts import PostStatus
from watcher.ports.leases import ApiError, HealthAnswer, Identity, PostPage, Project, Refused, Suspended
from watcher.texts.foreign import title
from watcher.texts.spans import span
from watcher.texts.striking import word


@dataclass(frozen=True, kw_only=True, slots=True)
class LayersReader:
    """`LeaseReader` over HTTP. May be shared by threads."""

    session: Session

    def whoami(self) -> Identity:
        """Who the key is; with it the tier is adopted and the clock measured."""
        reply = self.session.get("/v1/whoami")
        self.session.api_clock.prove(reply.answer, reply.span)
        said = wire.whoami(reply.answer.body)
        if said is None:
            raise unreadable(reply.answer, "GET /v1/whoami")
        if said.get("killSwitch") or said.get("apiAccessRevoked"):
            raise Suspended(
                "GET /v1/whoami: the key's access is revoked",
                code="KILL_SWITCH",
                status=reply.answer.status,
                request_id=request_id(reply.answer),
            )
        tier = word(said.get("rateLimitTier")) or ""
        self.session.adopt(tier)
        return Identity(
            organization_id=said["organizationId"],
            organization_name=title(said.get("organizationName")),
            scopes=frozenset(said.get("scopes") or ()),
            tier=tier,
            key_id=word(said.get("apiKeyId")) or "",
            skew=skew(reply.answer, reply.span),
        )

    def projects(self) -> Iterator[Project]:
        query = (("status", "active"), ("limit", "200"))
        for page, _ in each_page(self.session, "/v1/projects", query, wire.projects_page):
            yield from page.items

    def leased(self, project: ProjectId) -> Listing:
        accounts: list[Account] = []
        quarantined: list[Quarantined] = []
        # No `limit`: the provider documents `status` alone, and a list without pages.
        query = (("status", "assigned"),)
        path = _in(project, "leased-accounts")
        seen: list[Account | Quarantined] = []

        def parse(body: bytes) -> Page[Account | Quarantined] | None:
            page = leased_page(body, project)
            seen.extend(page.items if page else ())
            return page

        try:
            replies = [reply for _, reply in each_page(self.session, path, query, parse)]
        except ApiError as error:
            error.listed = {item.id: item.handle for item in seen if item.id is not None}
            raise
        for item in seen:
            if isinstance(item, Account):
                accounts.append(item)
            else:
                quarantined.append(item)
        age = max(map(_age, replies))
        proofs = [off for reply in replies if (off := skew(reply.answer, reply.span)) is not None]
        accounts, quarantined = _without_duplicates(project, accounts, quarantined)
        return Listing(
            project=project,
            accounts=tuple(accounts),
            quarantined=tuple(quarantined),
            read_at=replies[0].span.asked_at - age,
            read_until=max(reply.span.answered_at - _age(reply) for reply in replies),
            age=age,
            skew=max(proofs, default=None),
        )

    def disconnected(self, project: ProjectId) -> frozenset[AccountId]:
        query = (("status", "disconnected"),)
        path = _in(project, "leased-accounts")
        found: set[AccountId] = set()
        pages = each_page(self.session, path, query, lambda body: wire.disconnected_page(body, project))
        for page, reply in pages:
            if (age := _age(reply)) > FRESH_FOR:
                raise kept(reply.answer, f"GET {path}", f"{span(age)} old")
            found.update(page.items)
        return frozenset(found)

    def posts(
        self,
        project: ProjectId,
        *,
        statuses: tuple[PostStatus, ...],
        account: AccountId | None = None,
    ) -> Iterator[PostPage]:
        """No `statuses`: every status, also those the API invents tomorrow."""
        query: Query = [
            *(("status", status.value) for status in statuses),
            *((("socialAccountId", account),) if account is not None else ()),
            ("limit", "100"),
        ]
        for page, reply in each_page(self.session, _in(project, "scheduled-posts"), query, wire.posts_page):
            yield PostPage(posts=tuple(page.items), last=not page.next_cursor, age=_age(reply))

    def health(self, account: AccountId) -> HealthAnswer:
        if not usable(account):
            raise Refused(f"{account!a} cannot be the id of an account: not asked", code="unusable_id")
        path = f"/v1/social-accounts/{segment(account)}/health"
        reply = self.session.get(path)
        said = wire.health(reply.answer.body, account)
        if said is None:
            raise unreadable(reply.answer, f"GET {path}")
        if reply.age is None:
            raise kept(reply.answer, f"GET {path}", "kept by somebody in between, nobody says how long")
        return replace(said, age=reply.age)


def _in(project: ProjectId, what: str) -> str:
    if not usable(project):
        raise Refused(f"{project!a} cannot be the id of a project: not asked", code="unusable_id")
    return f"/v1/projects/{segment(project)}/{what}"


def _age(reply: Reply) -> timedelta:
    assert reply.age is not None, "each_page yields no answer of unknown age"
    return reply.age


def _without_duplicates(
    project: ProjectId, accounts: list[Account], quarantined: list[Quarantined]
) -> tuple[list[Account], list[Quarantined]]:
    """An id that comes twice, understood or not, is trusted in none of its copies."""
    times = Counter(account.id for account in accounts)
    times.update(AccountId(item.id) for item in quarantined if item.id is not None)
    if len(times) < times.total():
        twice = {id_ for id_, count in times.items() if count > 1}
        handles = {account.id: account.handle for account in accounts}
        accounts = [account for account in accounts if account.id not in twice]
        quarantined = [item for item in quarantined if item.id not in twice]
        quarantined += [
            Quarantined(
                project=project,
                id=id_,
                handle=handles.get(id_),
                flaw=Flaw.DUPLICATE_ID,
                field="socialAccountId",
            )
            for id_ in sorted(twice)
        ]
    return accounts, quarantined
