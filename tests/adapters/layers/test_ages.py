"""How old an answer is, over real HTTP: what caches in between say of it, and what the API's clock does."""

from datetime import timedelta

import pytest

from tests.adapters.http.raw import raw_server, saying
from tests.adapters.layers.stage import NOW, PROJECT, SECRET, account, fleet, staged
from tests.fakes.clock import FakeClock
from watcher import sandbox
from watcher.adapters.http.answer import Answer
from watcher.adapters.http.client import open_http
from watcher.adapters.layers.ages import ApiClock, Span
from watcher.adapters.layers.options import ApiOptions
from watcher.adapters.layers.session import open_session
from watcher.facts.listing import FRESH_FOR
from watcher.ports.leases import Surprising
from watcher.texts.secret import Secret

S, H = timedelta(seconds=1), timedelta(hours=1)
LIST = "leased-accounts"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_whoever_keeps_answers_is_asked_not_to(method):
    """A cache in between was free to answer for the API, and did."""
    clock, empty = FakeClock(NOW), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with raw_server(saying(empty)) as server, open_http(clock=clock, timeout=5 * S) as http:
        session = open_session(ApiOptions(base_url=server.url), http=http, key=Secret(SECRET), clock=clock)
        session.send(method, "/v1/whoami", content=b"{}" if method == "DELETE" else None)
    [head] = server.heads
    assert "cache-control: no-cache\r\n" in head.lower()


def header(name, value):
    return sandbox.WithHeader(path=LIST, name=name, value=value)


def listed(*faults, offset=timedelta(), **world):
    """A list after whoami; `offset`: how far the API's clock is from ours."""
    faults = (sandbox.WrongDate(path="whoami", offset=offset), *faults)
    with staged(fleet(account(), **world), *faults) as stage:
        stage.reader.whoami()
        return stage.reader.leased(PROJECT)


def test_an_answer_of_now_has_no_age_and_proves_the_clock():
    listing = listed()
    assert (listing.age, listing.read_at, listing.skew, listing.is_fresh) == (0 * S, NOW, 0 * S, True)


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("0", 0 * S),
        ("5", 5 * S),
        ("6", 6 * S),
        ("90000", 25 * H),
        ("0, 90000", 25 * H),
        ("90000, 0", 25 * H),
        ("000000000090000", 25 * H),
        ("9" * 5_000, 999_999_999 * S),
    ],
)
def test_an_answer_is_as_old_as_its_age(said, age):
    """A list of the day before, from a cache that said so, was read just now."""
    listing = listed(header("Age", said))
    assert (listing.age, listing.read_at, listing.skew) == (age, NOW - age, None)
    assert listing.is_fresh is (age <= FRESH_FOR)


@pytest.mark.parametrize(
    "fault",
    [
        *(header("Age", said) for said in ("", "-1", "1.5", "1e3", "soon", "0, -5", "0,", "٣", "+3")),
        header("Warning", '110 anderson/1.3.37 "Response is stale"'),
        header("Warning", '111 - "Revalidation Failed" "Mon, 20 Apr 2026 12:00:00 GMT"'),
        header("Warning", '112 - "Disconnected"'),
        header("Warning", '113 - "Heuristic Expiration"'),
        header("Warning", '214 - "Transformation Applied", 110 - "Response is stale"'),
        header("Warning", "110"),
        header("Date", "yesterday"),
        header("Date", "Mon, 20 Apr 2026 25:00:00 GMT"),
    ],
    ids=lambda fault: f"{fault.name}: {fault.value.encode()!r}",
)
def test_an_answer_that_is_old_and_does_not_say_how_old_is_not_read(fault):
    """`Warning: 110` was not looked at: what a cache kept while the API was down was read just now."""
    fault = sandbox.WithHeader(path=LIST, name=fault.name, value=fault.value.encode().decode("latin-1"))
    with pytest.raises(Surprising) as raised:
        listed(fault)
    assert raised.value.code == "stale_answer"


@pytest.mark.parametrize(
    "fault",
    [
        header("Age", "0"),
        header("Warning", '214 - "Transformation Applied"'),
        header("Warning", '199 - "110 reasons to worry"'),
        header("Warning", "1100 x"),
    ],
    ids=lambda fault: f"{fault.name}: {fault.value}",
)
def test_what_says_nothing_of_age_makes_nothing_old(fault):
    assert listed(fault).age == 0 * S


@pytest.mark.parametrize("offset", [-50 * S, 0 * S, 50 * S, 9 * H], ids=str)
@pytest.mark.parametrize(
    ("behind", "age"), [(0 * S, 0 * S), (1 * S, 0 * S), (2 * S, 1 * S), (6 * S, 5 * S), (3 * H, 3 * H - S)]
)
def test_an_answer_is_as_old_as_its_date_lies_behind_the_api_s_clock(offset, behind, age):
    """A list dated hours back was read just now. Our own clock may be 50 s ahead, and none is old for it."""
    listing = listed(sandbox.WrongDate(path=LIST, offset=offset - behind), offset=offset)
    assert (listing.age, listing.read_at) == (age, NOW - age)


def test_a_date_ahead_of_the_api_s_clock_makes_nothing_old_and_proves_the_clock_off():
    listing = listed(sandbox.WrongDate(path=LIST, offset=2 * H))
    assert (listing.age, listing.skew) == (0 * S, 2 * H)


def test_the_clock_of_the_api_goes_on_while_ours_is_set():
    """Only what was measured by the clock that never jumps tells the API's."""
    with staged(fleet(account())) as stage:
        stage.reader.whoami()
        stage.clock.advance(H)
        assert stage.reader.leased(PROJECT).age == 0 * S
        stage.sandbox.add_fault(sandbox.WrongDate(path=LIST, offset=-H))
        assert stage.reader.leased(PROJECT).age == H - S


@pytest.mark.parametrize(
    "unproved", [sandbox.NoDate(path="whoami"), sandbox.WithAge(path="whoami", seconds=0)], ids=repr
)
def test_where_nothing_proved_the_api_s_clock_a_date_alone_makes_nothing_old(unproved):
    old = sandbox.WrongDate(path=LIST, offset=-3 * H)
    with staged(fleet(account()), unproved, old) as stage:
        stage.reader.whoami()
        assert (stage.reader.leased(PROJECT).age, stage.reader.leased(PROJECT).skew) == (0 * S, 3 * H - S)


def test_what_a_whoami_proved_counts_no_more_after_one_that_proves_nothing():
    with staged(fleet(account())) as stage:
        stage.reader.whoami()
        stage.sandbox.add_fault(sandbox.NoDate(path="whoami"), sandbox.WrongDate(path=LIST, offset=-3 * H))
        assert stage.reader.leased(PROJECT).age == 3 * H - S
        stage.reader.whoami()
        assert stage.reader.leased(PROJECT).age == 0 * S


@pytest.mark.parametrize("warned", ['110 - "stale"', '111 - "x"'])
def test_a_whoami_that_is_stale_proves_no_clock(warned):
    with staged(fleet(), sandbox.WithHeader(name="Warning", value=warned)) as stage:
        assert stage.reader.whoami().skew is None


def test_of_several_pages_the_oldest_counts():
    accounts = [account(str(number)) for number in range(3)]
    old = sandbox.WithAge(path=LIST, after=1, times=1, seconds=40)
    with staged(fleet(*accounts), old, default_page=1) as stage:
        listing = stage.reader.leased(PROJECT)
        assert (len(stage.paths()), len(listing.accounts), listing.age) == (3, 3, 40 * S)


def test_posts_have_an_age_page_by_page():
    with staged(fleet(account()), sandbox.WithAge(path="scheduled-posts", seconds=40)) as stage:
        [page] = stage.reader.posts(PROJECT, statuses=())
        assert page.age == 40 * S


@pytest.mark.parametrize(("seconds", "read"), [(5, True), (6, False)])
def test_who_left_is_not_read_from_an_old_list(seconds, read):
    with staged(fleet(account()), sandbox.WithAge(path=LIST, seconds=seconds)) as stage:
        if read:
            assert stage.reader.disconnected(PROJECT) == frozenset()
        else:
            with pytest.raises(Surprising, match="an answer 6 s old"):
                stage.reader.disconnected(PROJECT)


def test_stale_projects_are_not_read():
    stale = sandbox.WithHeader(name="Warning", value='110 - "x"')
    with staged(fleet(), stale) as stage, pytest.raises(Surprising):
        list(stage.reader.projects())


NOON = "Mon, 20 Apr 2026 12:00:00 GMT"
SPAN = Span(asked_at=NOW, answered_at=NOW, asked_ticks=0.0, answered_ticks=0.0)


def dated(date):
    return Answer(status=200, headers={"date": date}, body=b"")


@pytest.mark.parametrize(
    ("date", "age"),
    [
        (f"{NOON}, {NOON}", 0 * S),
        (f"{NOON}, Mon, 20 Apr 2026 11:00:00 GMT", H - S),
        (f"Mon, 20 Apr 2026 11:00:00 GMT, {NOON}", H - S),
        (f"{NOON}, Monday, 20-Apr-26 11:00:00 GMT", H - S),
        (f"{NOON}, nonsense", None),
        (f"{NOON}, Mon, nonsense", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 0 * S),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 0 * S),
        ("", None),
    ],
)
def test_of_several_dates_the_oldest_counts_and_nonsense_is_old(date, age):
    clock = ApiClock()
    clock.prove(dated(NOON), SPAN)
    assert clock.age(dated(date), SPAN) == age


@pytest.mark.parametrize("date", [f"{NOON}, Mon, 20 Apr 2026 11:00:00 GMT", f"{NOON}, x", "", "x"])
def test_dates_that_disagree_prove_no_clock(date):
    clock = ApiClock()
    clock.prove(dated(date), SPAN)
    assert clock.age(dated("Mon, 20 Apr 2026 11:00:00 GMT"), SPAN) == 0 * S
