"""The reader in front of the sandbox, over real HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from tests.adapters.layers.stage import NOW, PROJECT, SECRET, account, fleet, project, staged
from watcher import sandbox
from watcher.adapters.clock import SystemClock
from watcher.adapters.layers.options import ALLOWANCES, ApiOptions, Tier
from watcher.adapters.layers.rate_budget import Budget
from watcher.adapters.layers.session import ATTEMPTS, open_session
from watcher.facts.accounts import Account, Flaw, Quarantined
from watcher.facts.posts import UNFINISHED, Post, PostStatus
from watcher.ports.leases import ApiError, Identity, Project, Refused, Surprising, Suspended, Temporary
from watcher.sandbox import Key, corruptions
from watcher.texts.foreign import LONGEST_TITLE
from watcher.texts.secret import Secret

LEASED = f"/v1/projects/{PROJECT}/leased-accounts"


def patched(field: str, value: object) -> sandbox.Corrupt:
    return sandbox.Corrupt(mutate=lambda body: {**body, field: value})


# Who the key is


def test_whoami_says_who_the_key_is_and_that_the_clock_is_right():
    key = Key(secret="lp_live_4QZpN_never_to_be_shown", id="key_7", scopes=("leased:write",), tier="pilot")
    with staged(fleet(organization_id="org_1", organization_name="Acme"), key=key) as stage:
        assert stage.reader.whoami() == Identity(
            organization_id="org_1",
            organization_name="Acme",
            scopes=frozenset({"leased:write"}),
            tier="pilot",
            key_id="key_7",
            skew=timedelta(),
        )


def test_whoami_sets_the_budgets_where_the_configuration_leaves_the_tier_to_the_api():
    with staged(fleet(), key=Key(secret="lp_live_4QZpN_never_to_be_shown", tier="partner")) as stage:
        assert (stage.session.reads.limit, stage.session.writes.limit) == (120, 60)
        stage.reader.whoami()
        assert (stage.session.reads.limit, stage.session.writes.limit) == (6_000, 3_000)


def test_a_configured_tier_outranks_whoami():
    with staged(fleet(), key=Key(secret="lp_live_4QZpN_never_to_be_shown", tier="partner")) as stage:
        configured = replace(stage, session=replace(stage.session, tier=Tier.STANDARD))
        configured.reader.whoami()
        assert stage.session.reads.limit == 120


def test_each_request_is_a_sign_of_life_also_where_it_failed():
    beats: list[int] = []
    with staged(fleet(), sandbox.ServerError(times=2)) as stage:
        replace(stage.session, pulse=lambda: beats.append(1)).get("/v1/whoami")
        assert len(beats) == len(stage.paths()) == 3


@pytest.mark.parametrize("share", [1, 3, 4, 7, 60])
@pytest.mark.parametrize("tier", ["standard", "pilot", "partner"])
def test_what_shards_may_ask_is_together_within_the_tier(tier, share):
    granted = ALLOWANCES[Tier(tier)]
    options = ApiOptions(base_url="https://api.layers.com", tier=Tier(tier))
    session = open_session(options, http=None, key=Secret(SECRET), clock=SystemClock(), share=share)
    whole = open_session(options, http=None, key=Secret(SECRET), clock=SystemClock())

    assert (whole.reads.limit, whole.writes.limit) == (granted.reads, granted.writes)
    assert 0 < session.reads.limit * share <= granted.reads
    assert 0 < session.writes.limit * share <= granted.writes


def test_four_shards_at_full_speed_are_never_told_to_slow_down():
    """One bucket of the key at the server, and all four take at one instant what whoami lets them."""
    with staged(fleet(), key=Key(secret=SECRET, tier="pilot"), limits=True) as stage:
        for _ in range(4):
            reads, writes = (Budget(limit=1, clock=stage.clock) for _ in range(2))
            shard = replace(stage.session, share=4, reads=reads, writes=writes)
            shard.adopt("pilot")
            for _ in range(1_200 // 4):
                shard.get("/v1/whoami")
        assert stage.clock.waits == []
        assert {entry.status for entry in stage.server.log.entries} == {200}


@pytest.mark.parametrize("tier", ["galactic", "auto", "", None])
def test_a_tier_nobody_knows_leaves_the_careful_budget(tier):
    with staged(fleet(), patched("rateLimitTier", tier)) as stage:
        assert stage.reader.whoami().tier == (tier or "")
        assert stage.session.reads.limit == 120


@pytest.mark.parametrize(
    ("offset", "skew"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(seconds=-1), timedelta(0)),
        (timedelta(seconds=1), timedelta(seconds=1)),
        (timedelta(seconds=-61), timedelta(seconds=60)),
        (timedelta(hours=2), timedelta(hours=2)),
    ],
)
def test_the_clock_is_off_by_what_the_date_cannot_explain(offset, skew):
    with staged(fleet(), sandbox.WrongDate(offset=offset)) as stage:
        assert stage.reader.whoami().skew == skew


def test_a_date_within_its_second_proves_the_clock():
    with staged(fleet()) as stage:
        stage.clock.advance(timedelta(milliseconds=999))
        assert stage.reader.whoami().skew == timedelta()


@pytest.mark.parametrize("fault", [sandbox.NoDate(), sandbox.WithAge(seconds=0)])
def test_an_answer_without_a_date_or_from_a_cache_proves_no_clock(fault):
    with staged(fleet(), fault) as stage:
        assert stage.reader.whoami().skew is None


@pytest.mark.parametrize("field", ["killSwitch", "apiAccessRevoked"])
def test_a_revoked_access_is_a_suspension(field):
    with staged(fleet(), patched(field, True)) as stage, pytest.raises(Suspended):
        stage.reader.whoami()


def test_an_old_key_names_no_scopes_and_lacks_none():
    with staged(fleet(), patched("scopes", None)) as stage:
        identity = stage.reader.whoami()
    assert identity.scopes == frozenset()
    assert not identity.lacks("leased:write")


def test_whoami_without_an_organisation_is_a_surprise():
    with staged(fleet(), patched("organizationId", None)) as stage, pytest.raises(Surprising):
        stage.reader.whoami()


# Lists


def test_every_active_project_comes_page_by_page():
    projects = [project(f"prj_{n:03}", name=f"P {n}") for n in range(201)]
    archived = project("prj_old", status="archived")
    with staged(fleet(projects=[*projects, archived])) as stage:
        found = list(stage.reader.projects())
        assert len(stage.paths()) == 2
    assert {item.id for item in found} == {item.id for item in projects}
    assert Project(id="prj_007", name="P 7") in found


def test_projects_of_a_filter_that_was_ignored_are_left_out():
    body = {"items": [{"id": "a", "status": "archived"}, {"id": "b", "name": None}]}
    with staged(fleet(), sandbox.Corrupt(mutate=lambda _: body)) as stage:
        assert list(stage.reader.projects()) == [Project(id="b", name="")]


@pytest.mark.parametrize("id_", ["", "a/b", "..", None, 7])
def test_a_project_whose_id_cannot_be_read_is_a_surprise(id_):
    with (
        staged(fleet(), patched("items", [{"id": id_, "name": "x"}])) as stage,
        pytest.raises(Surprising),
    ):
        list(stage.reader.projects())


def test_the_seeds_two_accounts_are_read_to_the_letter():
    seeds = sandbox.fleets.seeds()
    with staged(seeds) as stage:
        listing = stage.reader.leased(sandbox.fleets.seeds_fleet.PROJECT)
    assigned, renews = (
        datetime(2026, 4, 20, 16, 12, 2, tzinfo=UTC),
        datetime(2026, 5, 20, 16, 12, 2, tzinfo=UTC),
    )
    common = {
        "project": "prj_01HX9Y7K8M2P4RSTUV56789AB",
        "platform": "tiktok",
        "assigned_at": assigned,
        "renews_at": renews,
        "price_cents": 15000,
    }
    assert listing.accounts == (
        Account(id="sa_01HXZS8N3C5R6STUV7WXYZ9AB", handle="coffee.reviews.daily", followers=12840, **common),
        Account(id="sa_01HXZS8N3C5R6STUV7WXYZ9AC", handle="brew.at.home", followers=8412, **common),
    )
    assert listing.quarantined == ()
    assert listing.read_at == NOW


def test_all_pages_of_a_list_are_read():
    with staged(fleet(*(account(f"{n:02}") for n in range(7))), default_page=3) as stage:
        assert stage.leased_ids() == [f"sa_{n:02}" for n in range(7)]
        assert len(stage.paths()) == 3


@pytest.mark.parametrize("fractional", [False, True])
def test_times_with_and_without_a_fraction_are_read_alike(fractional):
    with staged(fleet(account(), fractional_seconds=fractional)) as stage:
        (read,) = stage.reader.leased(PROJECT).accounts
    assert read.renews_at == datetime(2026, 4, 25, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mutate", "flaw", "field"),
    [
        (corruptions.unknown_status(), Flaw.UNKNOWN_STATUS, "status"),
        (corruptions.null_renewal(), Flaw.MISSING_FIELD, "nextRenewalAt"),
        (corruptions.price_as_text(), Flaw.MALFORMED_FIELD, "monthlyPriceCents"),
        (corruptions.foreign_item(), Flaw.FOREIGN_PROJECT, "projectId"),
        (corruptions.duplicate_ids(), Flaw.DUPLICATE_ID, "socialAccountId"),
        (corruptions.missing("assignedAt"), Flaw.MISSING_FIELD, "assignedAt"),
    ],
)
def test_one_bad_account_is_quarantined_while_the_others_go_on(mutate, flaw, field):
    with staged(fleet(account("1"), account("2")), sandbox.Corrupt(mutate=mutate)) as stage:
        listing = stage.reader.leased(PROJECT)
    assert [held.id for held in listing.accounts] == ["sa_2"]
    assert listing.quarantined == (
        Quarantined(project=PROJECT, id="sa_1", handle="handle.1", flaw=flaw, field=field),
    )


def test_an_id_is_a_duplicate_also_across_pages_and_beside_a_flawed_copy():
    def again(body):
        first = {**body["items"][0], "socialAccountId": "sa_1", "status": "hibernating"}
        return {**body, "items": [*body["items"], first]}

    accounts = [account("1"), account("2"), account("3")]
    with staged(fleet(*accounts), sandbox.Corrupt(mutate=again, after=1), default_page=2) as stage:
        listing = stage.reader.leased(PROJECT)
    assert [held.id for held in listing.accounts] == ["sa_2", "sa_3"]
    assert [(item.id, item.flaw) for item in listing.quarantined] == [("sa_1", Flaw.DUPLICATE_ID)]


def test_ids_that_left_are_read_leniently_but_not_credulously():
    gone = account("1", status="disconnected", disconnected_at=NOW, disconnected_reason="released_by_partner")

    def extended(body):
        base = body["items"][0]
        others = [
            {"socialAccountId": "sa_bare"},
            {**base, "socialAccountId": "sa_still_there", "status": "assigned"},
            {**base, "socialAccountId": "sa_foreign", "projectId": "prj_two"},
            {"socialAccountId": None},
            "nonsense",
        ]
        return {**body, "items": [*body["items"], *others]}

    with staged(fleet(gone, account("2")), sandbox.Corrupt(mutate=extended)) as stage:
        assert stage.reader.disconnected(PROJECT) == {"sa_1", "sa_bare"}


def test_posts_come_in_pages_each_asked_for_when_needed():
    held = account("1")
    posts = [
        sandbox.Post.published(id=f"post_{n:03}", account=held, at=NOW - timedelta(hours=n))
        for n in range(150)
    ]
    with staged(fleet(held, posts=posts)) as stage:
        pages = stage.reader.posts(PROJECT, statuses=())
        first = next(pages)
        assert len(stage.paths()) == 1
        second = next(pages)
        assert next(pages, None) is None
    assert (len(first.posts), first.last, len(second.posts), second.last) == (100, False, 50, True)
    assert first.posts[0] == Post(
        account="sa_1",
        status=PostStatus.PUBLISHED,
        scheduled_for=NOW,
        attempted_at=NOW,
        published_at=NOW + timedelta(seconds=4),
    )


def test_posts_are_asked_for_by_status_and_account():
    held = account("1")
    with staged(fleet(held, account("2"))) as stage:
        list(stage.reader.posts(PROJECT, statuses=UNFINISHED, account=held.id))
        assert stage.paths() == [
            f"GET /v1/projects/{PROJECT}/scheduled-posts?status=queued&status=publishing&status=draft"
            "&status=draft_in_inbox&socialAccountId=sa_1&limit=100"
        ]


def test_what_cannot_be_read_of_a_post_is_none():
    items = [
        {"socialAccountId": "sa_1", "status": "teleported", "scheduledFor": 7, "publishedAt": "soon"},
        {"socialAccountId": "sa_1"},
        {"socialAccountId": "sa_1", "status": ["queued"], "scheduledFor": "2026-04-20T12:00:00.5Z"},
    ]
    with staged(fleet(), patched("items", items)) as stage:
        (page,) = stage.reader.posts(PROJECT, statuses=())
    assert page.posts == (
        Post(account="sa_1", status=None, scheduled_for=None),
        Post(account="sa_1", status=None, scheduled_for=None),
        Post(account="sa_1", status=None, scheduled_for=NOW + timedelta(seconds=0.5)),
    )


@pytest.mark.parametrize("id_", [None, "", 7])
def test_a_post_of_nobody_is_a_surprise(id_):
    with (
        staged(fleet(), patched("items", [{"socialAccountId": id_, "status": "queued"}])) as stage,
        pytest.raises(Surprising),
    ):
        list(stage.reader.posts(PROJECT, statuses=()))


@pytest.mark.parametrize("id_", ["sa_\ud83d", "sa_1\x00"])
def test_a_post_whose_account_is_damaged_is_a_surprise(id_):
    """It may be the only use of an account: taken for nobody's, that account would count as unused."""
    with (
        staged(fleet(), patched("items", [{"socialAccountId": id_, "status": "queued"}])) as stage,
        pytest.raises(Surprising),
    ):
        list(stage.reader.posts(PROJECT, statuses=()))


def test_half_of_an_emoji_in_a_caption_spoils_no_post():
    """Captions are cut by somebody: the use of the whole project was unknown from then on."""
    item = {"socialAccountId": "sa_1", "status": "published", "publishedAt": "2026-04-20T12:00:00Z"}
    with staged(fleet(), patched("items", [{**item, "caption": "cut \ud83d"}])) as stage:
        (page,) = stage.reader.posts(PROJECT, statuses=())
    assert page.posts == (
        Post(account="sa_1", status=PostStatus.PUBLISHED, scheduled_for=None, published_at=NOW),
    )


def test_foreign_names_are_cut_and_damage_in_them_stops_nothing():
    name = f"A\x00c\ud83dme {'x' * 4_000}"
    with staged(fleet(), patched("organizationName", name)) as stage:
        said = stage.reader.whoami().organization_name
    assert said.startswith("Acme xxx")
    assert len(said) == LONGEST_TITLE
    with staged(fleet(), patched("items", [{"id": "a", "name": name}])) as stage:
        assert [project.name for project in stage.reader.projects()] == [said]


@pytest.mark.parametrize("organization", ["", " \u00a0", "org\x00", "org\ud83d", "o" * 4_000])
def test_an_organisation_that_no_ledger_can_hold_is_a_surprise(organization):
    with staged(fleet(), patched("organizationId", organization)) as stage, pytest.raises(Surprising):
        stage.reader.whoami()


# Ids in paths


@pytest.mark.parametrize(
    "id_", ["prj one", "prj?x=1", "prj#frag", "prj%2Fone", "prj;a", "prj\\..", "préj", "账号"]
)
def test_an_odd_project_id_reaches_its_own_path_and_no_other(id_):
    held = account("1", project=id_)
    with staged(fleet(held, projects=[project(id_), project("prj")])) as stage:
        listing = stage.reader.leased(id_)
        assert [read.id for read in listing.accounts] == ["sa_1"]
        assert [entry.status for entry in stage.server.log.entries] == [200]


@pytest.mark.parametrize("id_", ["", ".", "..", "a/b", "../whoami", "a\nb"])
def test_an_impossible_project_id_is_refused_without_a_request(id_):
    with staged(fleet()) as stage:
        for ask in (stage.reader.leased, stage.reader.disconnected):
            with pytest.raises(Refused) as refused:
                ask(id_)
            assert refused.value.code == "unusable_id"
        assert stage.paths() == []


# What goes wrong


@pytest.mark.parametrize(
    ("fault", "kind", "code", "requests"),
    [
        (sandbox.ServerError(), Temporary, "INTERNAL", ATTEMPTS),
        (sandbox.RateLimited(retry_after="2"), Temporary, "RATE_LIMITED", ATTEMPTS),
        (sandbox.Html(), Temporary, "http_502", ATTEMPTS),
        (sandbox.EmptyBody(), Temporary, "http_502", ATTEMPTS),
        (sandbox.DropBefore(), Temporary, "no_answer", ATTEMPTS),
        (sandbox.LostAnswer(), Temporary, "no_answer", ATTEMPTS),
        (sandbox.Suspended(), Suspended, "KILL_SWITCH", 1),
        (sandbox.Html(status=200), Surprising, "html_body", 1),
        (sandbox.Html(status=403), Surprising, "http_403", 1),
        (sandbox.Html(status=302), Surprising, "http_302", 1),
        (sandbox.EmptyBody(status=200), Surprising, "empty_body", 1),
        (sandbox.EmptyBody(status=404), Surprising, "http_404", 1),
        (sandbox.Truncated(), Surprising, "truncated", 1),
        (sandbox.PageLoop(), Surprising, "page_loop", 2),
        (sandbox.Oversized(bytes=9_000_000), Surprising, "oversized", 1),
        (sandbox.Oversized(bytes=9_000_000, declared=False), Surprising, "oversized", 1),
        (patched("items", None), Surprising, "unreadable_body", 1),
        (patched("items", "many"), Surprising, "unreadable_body", 1),
        (patched("nextCursor", 7), Surprising, "unreadable_body", 1),
        (patched("nextCursor", "c\ud83d"), Surprising, "unreadable_body", 1),
        (patched("nextCursor", "c" * 5_000), Surprising, "unreadable_body", 1),
        (sandbox.ServerError(status=422, code="VALIDATION"), Refused, "VALIDATION", 1),
    ],
)
def test_a_reading_that_failed_is_named_and_never_a_listing(fault, kind, code, requests):
    with staged(fleet(account("1")), fault) as stage:
        with pytest.raises(ApiError) as failed:
            stage.reader.leased(PROJECT)
        assert len(stage.paths()) == requests
    assert (type(failed.value), failed.value.code) == (kind, code)
    assert failed.value.summary.startswith(f"GET {LEASED}: ")


def test_a_page_that_fails_after_others_fails_the_whole_listing():
    with (
        staged(fleet(account("1"), account("2")), sandbox.Truncated(after=1), default_page=1) as stage,
        pytest.raises(Surprising),
    ):
        stage.reader.leased(PROJECT)


def test_a_dripping_page_is_a_surprise():
    fault = sandbox.DripFed(bytes_per_tick=1, interval=0.05)
    with staged(fleet(account("1")), fault, clock=SystemClock(), timeout=timedelta(seconds=2)) as stage:
        with pytest.raises(Surprising) as failed:
            stage.reader.leased(PROJECT)
        stage.sandbox.clear_faults()
    assert failed.value.code == "too_slow"


def test_a_refusal_keeps_its_status_code_and_request_id():
    with staged(fleet(), key=Key(secret="lp_other")) as stage, pytest.raises(Refused) as failed:
        stage.reader.whoami()
    error = failed.value
    assert error.key_rejected
    assert (error.summary, error.code, error.status, error.request_id) == (
        "GET /v1/whoami: 401 UNAUTHENTICATED",
        "UNAUTHENTICATED",
        401,
        stage.server.log.entries[0].request_id,
    )


def test_a_missing_scope_is_a_refusal():
    key = Key(secret="lp_live_4QZpN_never_to_be_shown", scopes=("projects:read",))
    with staged(fleet(), key=key) as stage, pytest.raises(Refused) as failed:
        stage.reader.leased(PROJECT)
    assert (failed.value.code, failed.value.key_rejected) == ("FORBIDDEN_SCOPE", False)


# Trying again, and the pace


def test_a_trouble_that_passes_is_waited_out_on_the_clock():
    with staged(fleet(account("1")), sandbox.ServerError(times=2)) as stage:
        assert stage.leased_ids() == ["sa_1"]
        assert stage.clock.waits == [
            NOW + timedelta(seconds=0.5),
            NOW + timedelta(seconds=0.5) + timedelta(seconds=1),
        ]


@pytest.mark.parametrize(
    ("said", "waited"),
    [
        ("7", 7),
        ("3600", 60),
        ("Mon, 20 Apr 2026 12:00:09 GMT", 9),
        ("whenever you like", 0.5),
    ],
)
def test_the_api_says_how_long_to_wait_and_is_obeyed_within_reason(said, waited):
    with staged(fleet(account("1")), sandbox.RateLimited(retry_after=said, times=1)) as stage:
        assert stage.leased_ids() == ["sa_1"]
        assert stage.clock.now() == NOW + timedelta(seconds=waited)


def test_read_at_is_when_the_answer_was_asked_for_not_the_first_try():
    with staged(fleet(account("1")), sandbox.ServerError(times=1)) as stage:
        assert stage.reader.leased(PROJECT).read_at == NOW + timedelta(seconds=0.5)


def test_a_server_that_enforces_the_tier_never_has_to():
    with staged(fleet(account("1")), limits=True) as stage:
        for _ in range(300):
            stage.reader.leased(PROJECT)
        statuses = {entry.status for entry in stage.server.log.entries}
        assert statuses == {200}
        assert timedelta(minutes=2) <= stage.clock.now() - NOW <= timedelta(minutes=2, seconds=2)


def test_a_stopping_watcher_waits_for_nothing():
    stop = Event()
    with staged(fleet(account("1")), sandbox.ServerError()) as stage:
        stopping = replace(stage, session=replace(stage.session, stop=stop))
        stop.set()
        with pytest.raises(Temporary) as failed:
            stopping.reader.leased(PROJECT)
        assert failed.value.code == "stopping"
        assert len(stage.paths()) == 1


@pytest.mark.parametrize(
    ("base_url", "key"),
    [
        ("http://api.layers.com", "lp_x"),
        ("https://api.layers.com", "lp_x\ny"),
        ("https://api.layers.com", ""),
    ],
)
def test_no_session_is_opened_that_would_betray_its_key(base_url, key):
    with pytest.raises(ValueError):  # noqa: PT011 - worded where it is raised
        open_session(ApiOptions(base_url=base_url), http=None, key=Secret(key), clock=SystemClock())


def test_a_base_url_may_have_a_path():
    with staged(fleet(account("1"))) as stage:
        moved = replace(stage.session, base_url=f"{stage.server.url}/prefix/")
        with pytest.raises(Refused):
            replace(stage, session=moved).reader.leased(PROJECT)
        assert stage.paths() == [f"GET /prefix{LEASED}?status=assigned"]
