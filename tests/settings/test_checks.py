"""Rules across a configuration whose every value is well written."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.settings.conftest import Desk
from watcher.adapters.channels.kinds.email import EmailOptions
from watcher.rules.rungs import QuietHours
from watcher.settings.check.timing import given_up
from watcher.settings.findings import Gravity
from watcher.texts.hours import hours_of
from watcher.texts.secret import Secret

OPS = '[notifiers.ops]\nkind = "webhook"\nurl = "https://hook.example/x"\n'
ACME = '[projects.acme]\nid = "prj_1"\nenrolled = true\n'
IDLE = '[policies.standard.release]\nwhen = "idle"\n'


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ('[discovery]\npolicy = "standrad"', 2, "discovery.policy", "there is no policy `standrad`"),
        ("[discovery]\npolicy = []", 2, "discovery.policy", "names no policy"),
        (
            '[projects.a]\nid = "p"\n[projects.b]\nid = "p"',
            4,
            "projects.b.id",
            "is the id of projects.a too",
        ),
        ('[projects.a]\nid = ""', 2, "projects.a.id", "is empty"),
        ('[projects.a]\nid = "a/b"', 2, "projects.a.id", "is no id"),
        (f'[projects.a]\nid = "{"a" * 513}"', 2, "projects.a.id", "is longer than any id (512 bytes)"),
        (
            '[[holds]]\naccount = "sa/1"\nuntil = "forever"\nreason = "r"',
            2,
            "holds[0].account",
            "is no id",
        ),
        (
            '[[holds]]\naccount = "@brand"\nuntil = "forever"\nreason = "r"',
            2,
            "holds[0].account",
            "is a handle",
        ),
        (
            '[policies.standard.protect]\naccounts = ["sa_1", "sa 2"]',
            2,
            "policies.standard.protect.accounts[1]",
            "is no id",
        ),
        (
            '[policies.standard]\nevidence = ["post"]',
            2,
            "policies.standard.evidence[0]",
            "there is no evidence source `post`",
        ),
        (
            '[policies.standard]\nevidence = []\n[policies.standard.release]\nwhen = "idle"',
            2,
            "policies.standard.evidence",
            "is empty",
        ),
        # Whatever the release: `always` never released, and every screen said "not asked for yet".
        ("[policies.standard]\nevidence = []", 2, "policies.standard.evidence", "is empty"),
        (
            '[policies.standard]\nevidence = ["health"]',
            2,
            "policies.standard.evidence",
            "names nothing that sees use",
        ),
        (
            '[policies.standard]\nevidence = []\n[policies.standard.release]\nwhen = "always"',
            2,
            "policies.standard.evidence",
            "is empty",
        ),
        ('[policies.standard]\nwarn = ["0s"]', 2, "policies.standard.warn[0]", "must be more than 0s"),
        ('[policies.standard]\nwarn = ["1d", "31d"]', 2, "policies.standard.warn[1]", "less than 31d"),
        (
            '[policies.standard.release]\nlead = "10m"',
            2,
            "policies.standard.release.lead",
            "10m must be more than margin (10m)",
        ),
        (
            '[policies.standard.release]\nnotice = "27d18h"',
            2,
            "policies.standard.release.notice",
            "must be less than the shortest lease period (28d)",
        ),
        (
            "[policies.standard.match]\nmin_followers = 2\nmax_followers = 1",
            2,
            "policies.standard.match.min_followers",
            "2 is more than max_followers (1)",
        ),
        (
            "[policies.standard.match]\nmin_price_cents = 2\nmax_price_cents = 1",
            2,
            "policies.standard.match.min_price_cents",
            "2 is more than max_price_cents (1)",
        ),
        (
            '[policies.standard.release]\nnotice_to = ["opps"]\n' + OPS,
            2,
            "policies.standard.release.notice_to[0]",
            "there is no notifier `opps`",
        ),
        (
            '[policies.standard.release]\nnotice_to = ["l"]\n[notifiers.l]\nkind = "log"',
            2,
            "policies.standard.release.notice_to[0]",
            "`l` never counts",
        ),
        (
            '[policies.standard.release]\nnotice_to = ["ops"]\n' + OPS + 'events = ["problem.*"]',
            2,
            "policies.standard.release.notice_to[0]",
            "`ops` is not told `release.announced`",
        ),
        ('[schedule]\npoll = "5m"\ncron = "0 * * * *"', 3, "schedule.cron", "is given beside `poll`"),
        ('[schedule]\ncron = "0 * * *"', 2, "schedule.cron", "must have five fields"),
        ('timezone = "Europe/Berlni"', 1, "timezone", "is no known time zone"),
        ('timezone = "../etc/passwd"', 1, "timezone", "is no known time zone"),
        ('timezone = ""', 1, "timezone", "is no known time zone"),
        ('[store]\nurl = "postgres://db/x"', 2, "store.url", "must begin with sqlite:/// or postgresql://"),
        ('[store]\nurl = "postgresql://db"', 2, "store.url", "must name a database"),
        ('[store]\nurl = "postgresql://u:p@ss@db/x"', 2, "store.url", "percent-encode what a password holds"),
        ('[store]\nurl = "postgresql://u:p/ss@db/x"', 2, "store.url", "percent-encode what a password holds"),
        ('[store]\nurl = "postgresql://u:1#s@db/x"', 2, "store.url", "percent-encode what a password holds"),
        ('[store]\nurl = "postgresql://db/x y"', 2, "store.url", "must not hold spaces"),
        ('[store]\nurl = "postgresql://a:1,b:99999/x"', 2, "store.url", "a host or a port that cannot be"),
        ('[store]\nurl = "postgresql://db/x?sslmod=require"', 2, "store.url", "did you mean `sslmode`?"),
        ('[store]\nurl = "postgresql://u:p%zz@db/x"', 2, "store.url", "nothing that libpq understands"),
        ('[store]\nurl = "postgresql://db/x?connect_timeout=10s"', 2, "store.url", "no number of seconds"),
        ('[store]\nurl = "watcher.db"', 2, "store.url", "must begin with sqlite:///"),
        ('[store]\nurl = "sqlite:///:memory:"', 2, "store.url", "must name a file"),
        ('[store]\nurl = "sqlite:///a\\u0000"', 2, "store.url", "must not hold"),
        ('[store]\nurl = "sqlite:///a?mode=ro"', 2, "store.url", "must not hold"),
        ('[api]\nkey_file = "a\\u0000"', 2, "api.key_file", "no path holds a null"),
        ('[store]\nurl = ""', 2, "store.url", "must begin with sqlite:///"),
    ],
)
def test_what_contradicts_itself_is_an_error(desk: Desk, text: str, line: int, key: str, said: str) -> None:
    found = desk.finding(text)
    assert (found.severity, found.line, found.key) == (Gravity.ERROR, line, key)
    assert said in found.message
    assert found.fix


def test_a_server_needs_its_driver(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.settings.ledger_place.find_spec", lambda _: None)
    found = desk.finding('[store]\nurl = "postgresql://db/x"')
    assert (found.severity, found.key) == (Gravity.ERROR, "store.url")
    assert "pip install 'lease-watcher[postgres]'" in found.message


def test_a_cron_line_beside_a_poll_may_itself_be_wrong(desk: Desk) -> None:
    found = desk.findings('[schedule]\npoll = "5m"\ncron = "0 * * *"')
    assert [(each.key, each.message[:11]) for each in found] == [
        ("schedule.cron", "is given be"),
        ("schedule.cron", "must have f"),
    ]


def test_a_margin_must_exceed_timeout_and_skew_by_something(desk: Desk) -> None:
    at_the_limit = '[policies.standard.release]\nmargin = "1m10s"\n'
    assert desk.finding(at_the_limit).key == "policies.standard.release.margin"
    assert desk.findings('[policies.standard.release]\nmargin = "1m10s1ms"\n') == ()


def test_lead_and_notice_must_fit_the_shortest_month(desk: Desk) -> None:
    assert desk.findings('[policies.standard.release]\nnotice = "27d17h59m"\n') == ()


@pytest.mark.parametrize(
    "url",
    ["http://api.layers.com", "http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.nip.io"],
)
def test_the_key_is_never_sent_in_the_clear(desk: Desk, url: str) -> None:
    assert "in the clear" in desk.finding(f'[api]\nbase_url = "{url}"').message


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "http://127.8.8.8",
        "http://[::1]:1",
        "http://localhost",
        "https://x.example/p",
    ],
)
def test_loopback_and_tls_are_safe(desk: Desk, url: str) -> None:
    assert desk.settings(f'[api]\nbase_url = "{url}"').api.base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.layers.com",
        "ftp://x",
        "https://",
        "https://x:99999",
        "https://[",
        "https://a b",
        "https://u:p@x",
        "https://x?q=1",
    ],
)
def test_an_address_that_is_none_is_refused(desk: Desk, url: str) -> None:
    assert desk.finding(f'[api]\nbase_url = "{url}"').key == "api.base_url"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('kind = "webhook"\nurl = "http://hook.example/t0ps3cret"', "secrets are sent over https only"),
        ('kind = "webhook"\nurl = "https://x.example"\nsigning_key = "t0ps3cret"', "signing_key must be"),
        ('kind = "slack"\nchannel = "#ops"', "either `url`, or `token` and `channel`"),
        ('kind = "pagerduty"\nrouting_key = "t0ps3cret"', "routing_key must be the 32"),
        ('kind = "alertmanager"\nurl = "https://x.example"\nusername = "me"', "go together"),
        ('kind = "ntfy"\ntopic = "t0ps3cret/x"', "a topic is 1 to 64"),
    ],
)
def test_a_notifier_that_can_never_work_is_an_error_that_repeats_no_secret(
    desk: Desk, options: str, said: str
) -> None:
    found = desk.finding(f"[notifiers.ops]\n{options}\n")
    assert (found.severity, found.line, found.key) == (Gravity.ERROR, 1, "notifiers.ops")
    assert said in found.message
    assert "t0ps3cret" not in str(found)


def test_an_unknown_time_zone_names_the_nearest(desk: Desk) -> None:
    assert desk.finding('timezone = "europe/berln"').suggestion == "Europe/Berlin"


class TestEnforcing:
    def test_without_a_counting_channel_is_an_error(self, desk: Desk) -> None:
        found = desk.finding(f'mode = "enforce"\n{ACME}{IDLE}[notifiers.l]\nkind = "log"\n')
        assert (found.severity, found.line, found.key) == (Gravity.ERROR, 2, "projects.acme.policy")
        assert "no counting notifier is told `release.announced`" in found.message

    def test_with_one_that_is_told_something_else_is_an_error_too(self, desk: Desk) -> None:
        found = desk.finding(f'mode = "enforce"\n{ACME}{IDLE}{OPS}events = ["problem.*"]\n')
        assert found.key == "projects.acme.policy"

    @pytest.mark.parametrize(
        "text",
        [
            f'mode = "enforce"\n{ACME}{IDLE}{OPS}',
            f'mode = "enforce"\n{ACME}{IDLE}{OPS}events = ["release.*"]\n',
            f'mode = "enforce"\n{ACME}{IDLE}notice = "0s"\n',
            f'mode = "enforce"\n{ACME}',
            f'mode = "observe"\n{ACME}{IDLE}',
        ],
        ids=["a webhook", "routed", "no notice", "never releases", "observe"],
    )
    def test_is_fine_otherwise(self, desk: Desk, text: str) -> None:
        assert desk.findings(text) == ()

    def test_nothing_is_a_warning(self, desk: Desk) -> None:
        found = desk.finding('mode = "enforce"\n')
        assert (found.severity, found.key) == (Gravity.WARNING, "mode")
        assert "no project is enrolled" in found.message


class TestWarnings:
    def test_a_short_lead_names_its_cost_and_the_shortest_safe_one(self, desk: Desk) -> None:
        found = desk.finding(f'{IDLE}lead = "39m"\n')
        assert (found.severity, found.line, found.key) == (
            Gravity.WARNING,
            3,
            "policies.standard.release.lead",
        )
        assert found.message == (
            "39m is shorter than two polls and the margin: one failed turn can miss the release, which costs "
            "a whole month ($150.00 an account). The shortest safe lead is 40m, which gives up $0.14 of it; "
            "39m gives up $0.14"
        )

    def test_two_polls_and_the_margin_are_enough(self, desk: Desk) -> None:
        assert desk.findings(f'{IDLE}lead = "40m"\n') == ()

    def test_a_cron_line_counts_with_its_longest_gap(self, desk: Desk) -> None:
        found = desk.finding(f'{IDLE}[schedule]\ncron = "0 */6 * * *"\n')
        assert "The shortest safe lead is 12h10m" in found.message

    def test_an_opening_waits_for_the_full_turn_that_reads(self, desk: Desk) -> None:
        """600 projects at 120 requests a minute took ten, in which an opening of the window waited unseen."""
        fleet = "".join(f'[projects.p{number}]\nid = "prj_{number}"\n' for number in range(600))
        found = desk.finding(f'{IDLE}lead = "49m"\n{fleet}')
        assert found.message.startswith(
            "49m is shorter than two polls, a full turn (10m by the rate of the key's tier) and the margin: "
        )
        assert "The shortest safe lead is 50m" in found.message
        assert desk.findings(f'{IDLE}lead = "49m"\n{fleet}[api]\ntier = "pilot"\n') == ()

    def test_a_full_turn_longer_than_the_poll_is_how_often_turns_are_taken(self, desk: Desk) -> None:
        fleet = "".join(f'[projects.p{number}]\nid = "prj_{number}"\n' for number in range(1_200))
        found = desk.finding(f'{IDLE}lead = "69m"\n{fleet}')
        assert "The shortest safe lead is 1h10m" in found.message

    def test_six_hours_give_up_a_dollar_and_a_quarter(self) -> None:
        assert given_up(timedelta(hours=6)) == 125

    def test_a_hold_ends_with_its_day(self, desk: Desk) -> None:
        hold = '[[holds]]\naccount = "a"\nreason = "r"\nuntil = '
        assert desk.finding(hold + '"2026-11-20"').message == "has passed: nothing is held any more"
        assert desk.findings(hold + '"2026-11-21"') == ()

    def test_a_route_that_fits_no_event_is_named(self, desk: Desk) -> None:
        found = desk.finding('[notifiers.l]\nkind = "log"\nevents = ["release.don"]\n')
        assert (found.severity, found.suggestion) == (Gravity.WARNING, "release.done")

    def test_cancel_queued_without_always_does_nothing(self, desk: Desk) -> None:
        assert desk.finding(f"{IDLE}cancel_queued = true\n").severity is Gravity.WARNING

    def test_warnings_do_not_stop_anything(self, desk: Desk) -> None:
        good = desk.good('mode = "enforce"\n')
        assert [each.key for each in good.warnings] == ["mode"]


KEEP = '[keep]\nlisten = "127.0.0.1:8090"\nurl = "https://watcher.example"\n'
KEEP_KEY, OTHER_KEY = "a2tr" * 11, "b29v" * 11


class TestLinks:
    def test_all_three_make_links(self, desk: Desk) -> None:
        assert desk.findings(f'{KEEP}key = "{KEEP_KEY}"\n') == ()

    def test_none_of_them_is_no_links(self, desk: Desk) -> None:
        assert desk.findings("[keep]\n") == ()

    @pytest.mark.parametrize(
        ("text", "missing"),
        [
            ('[keep]\nlisten = "127.0.0.1:8090"\n', ["keep.url", "keep.key"]),
            (f'[keep]\nkey = "{KEEP_KEY}"\n', ["keep.listen", "keep.url"]),
            ('[keep]\nurl = "https://watcher.example"\n', ["keep.listen", "keep.key"]),
            (f'[keep]\nold_key = "{KEEP_KEY}"\n', ["keep.listen", "keep.url", "keep.key"]),
        ],
    )
    def test_one_without_the_others_is_no_links_and_said(
        self, desk: Desk, text: str, missing: list[str]
    ) -> None:
        found = desk.findings(text)
        assert sorted(each.key for each in found) == sorted(missing)
        assert all(each.severity is Gravity.ERROR for each in found)

    @pytest.mark.parametrize(
        "listen", ["8090", "127.0.0.1", ":8090", "host:0", "host:99999", "http://h:1", "h:1/"]
    )
    def test_where_to_listen_is_a_host_and_a_port(self, desk: Desk, listen: str) -> None:
        text = f'{KEEP}key = "{KEEP_KEY}"\n'.replace("127.0.0.1:8090", listen)
        found = desk.finding(text)
        assert (found.key, found.line) == ("keep.listen", 2)

    @pytest.mark.parametrize("listen", ["0.0.0.0:8090", "[::]:8090", "localhost:8090", "[::1]:1"])
    def test_any_host_may_be_listened_at(self, desk: Desk, listen: str) -> None:
        assert desk.findings(f'{KEEP}key = "{KEEP_KEY}"\n'.replace("127.0.0.1:8090", listen)) == ()

    @pytest.mark.parametrize("url", ["http://watcher.example", "watcher.example", "https://w.example/?a=b"])
    def test_people_reach_it_by_https(self, desk: Desk, url: str) -> None:
        text = f'{KEEP}key = "{KEEP_KEY}"\n'.replace("https://watcher.example", url)
        assert desk.finding(text).key == "keep.url"

    def test_a_short_key_is_refused_and_not_shown(self, desk: Desk) -> None:
        found = desk.finding(f'{KEEP}key = "c2hvcnQ="\n')
        assert found.key == "keep.key"
        assert "c2hvcnQ" not in str(found)

    def test_the_key_may_be_a_file_or_a_credential(self, desk: Desk) -> None:
        desk.secret_file("keep-key", f"{KEEP_KEY}\n")
        assert desk.settings(f'{KEEP}key_file = "keep-key"\n').keep.key == Secret(KEEP_KEY)
        desk.secret_file("credentials/keep.key", f"{OTHER_KEY}\n")
        environ = {"CREDENTIALS_DIRECTORY": str(desk.folder / "credentials")}
        assert desk.settings(KEEP, environ).keep.key == Secret(OTHER_KEY)

    def test_an_unreadable_file_is_one_finding(self, desk: Desk) -> None:
        assert desk.finding(f'{KEEP}key_file = "nowhere"\n').key == "keep.key_file"

    def test_a_misnamed_credential_is_refused(self, desk: Desk) -> None:
        desk.secret_file("credentials/keep.old-key", f"{OTHER_KEY}\n")
        environ = {"CREDENTIALS_DIRECTORY": str(desk.folder / "credentials")}
        assert desk.finding(f'{KEEP}key = "{KEEP_KEY}"\n', environ).suggestion == "keep.old_key"


class TestEmail:
    MAIL = (
        '[notifiers.m]\nkind = "email"\nhost = "h.example"\n'
        'sender = "w@example.com"\nto = ["o@example.com"]\n'
    )

    def test_a_template_that_could_never_be_rendered_is_refused_at_its_line(self, desk: Desk) -> None:
        found = desk.finding(self.MAIL + 'subject_template = "{{ evnts }}"\n')
        assert (found.line, found.key) == (6, "notifiers.m.subject_template")
        assert found.message == "line 1: there is no `evnts`; did you mean `events`?"

    def test_files_start_at_the_folder_of_the_configuration(self, desk: Desk) -> None:
        text = self.MAIL + 'text_template_file = "mail.j2"\n'
        assert desk.finding(text).message == "the file cannot be read: no such file or directory"
        (desk.file.parent / "mail.j2").write_text("{% for e in events %}{{ e.handle }}{% endfor %}")
        options = desk.settings(text).notifiers["m"]
        assert isinstance(options, EmailOptions)
        assert options.text_template_file == desk.file.parent / "mail.j2"

    def test_an_empty_path_is_none(self, desk: Desk) -> None:
        assert desk.finding(self.MAIL + 'ca_file = ""\n').message == "must be the path of a file"

    def test_a_missing_list_hides_no_other_mistake(self, desk: Desk) -> None:
        nobody = self.MAIL.replace("to = ", "#")
        found = desk.findings(f'{nobody}[notifiers.n]\nkind = "log"\nevents = ["release.don"]\n')
        assert [each.key for each in found] == ["notifiers.m.to", "notifiers.n.events[0]"]

    def test_an_address_of_the_wrong_type_is_one_mistake(self, desk: Desk) -> None:
        found = desk.findings(self.MAIL.replace('["o@example.com"]', '["o@example.com", 3]'))
        assert [each.key for each in found] == ["notifiers.m.to[1]"]


class TestSupervision:
    @pytest.mark.parametrize(
        ("text", "key", "said"),
        [
            ('[health]\nlisten = "9464"\n', "health.listen", "must be a host and a port"),
            (
                '[metrics]\npushgateway = "gateway:9091"\n',
                "metrics.pushgateway",
                "must be an address such as",
            ),
            ('[metrics]\ntoken = "x"\n', "metrics.pushgateway", "is missing beside `token`"),
            (
                '[metrics]\nusername = "o"\npassword = "x"\n',
                "metrics.pushgateway",
                "is missing beside `username`",
            ),
            ('[status]\nlisten = "9466"\n', "status.listen", "must be a host and a port"),
            ('[heartbeat]\nurl = "http://hc.example/uuid"\n', "heartbeat.url", "https"),
            ('[heartbeat]\nplain_url = "nonsense"\n', "heartbeat.plain_url", "not an https URL"),
        ],
    )
    def test_what_can_never_work_is_named(self, desk: Desk, text: str, key: str, said: str) -> None:
        found = desk.finding(text)
        assert found.key == key
        assert said in found.message

    def test_a_page_that_others_reach_needs_a_token(self, desk: Desk) -> None:
        found = desk.finding('[status]\nlisten = "0.0.0.0:9466"\n')
        assert found.key == "status.listen"
        assert found.message == "can be reached by others, who would see every account and price"
        token = "0123456789abcdefghijklmn"
        settings = desk.settings(f'[status]\nlisten = "0.0.0.0:9466"\ntoken = "{token}"\n')
        assert settings.status.token == Secret(token)
        assert desk.settings('[status]\nlisten = "127.0.0.1:9466"\n').status.token is None

    def test_a_page_has_an_address_of_its_own_and_a_token_that_is_long(self, desk: Desk) -> None:
        found = desk.finding('[health]\nlisten = "127.0.0.1:9464"\n[status]\nlisten = "127.0.0.1:9464"\n')
        assert (found.key, found.message) == ("status.listen", "is the address of `health.listen` too")
        found = desk.finding('[status]\nlisten = "127.0.0.1:9466"\ntoken = "short"\n')
        assert found.key == "status.token"
        assert "short" not in found.message

    def test_metrics_are_not_served_where_people_are_sent(self, desk: Desk) -> None:
        text = f'{KEEP}key = "{KEEP_KEY}"\n[health]\nlisten = "127.0.0.1:8090"\n'
        assert "keep.listen" in desk.finding(text).message

    def test_a_loopback_address_and_a_plain_gateway_are_fine(self, desk: Desk) -> None:
        settings = desk.settings(
            '[health]\nlisten = "127.0.0.1:9464"\n[metrics]\npushgateway = "http://pushgateway:9091"\n'
            '[heartbeat]\nurl = "https://hc-ping.com/uuid"\nalarm_before = "4h"\n'
        )
        assert settings.health.listen == "127.0.0.1:9464"
        assert settings.metrics.job == "lease-watcher"


class TestTheCalendar:
    TOKEN = '[calendar]\ntoken = "0123456789abcdef01234567"\n'

    @pytest.mark.parametrize(
        ("text", "key", "said"),
        [
            ('[calendar]\ntoken = "short"\n', "calendar.token", "must have at least 24 signs"),
            (f'{TOKEN}listen = "9465"\n', "calendar.listen", "must be a host and a port"),
            (f'{TOKEN}organizer = "us"\n', "calendar.organizer", "must be a mail address"),
            (
                f'{TOKEN}listen = "127.0.0.1:9464"\n[health]\nlisten = "127.0.0.1:9464"\n',
                "calendar.listen",
                "is the address of `health.listen` too",
            ),
        ],
    )
    def test_what_can_never_work_is_named(self, desk: Desk, text: str, key: str, said: str) -> None:
        found = desk.finding(text)
        assert found.key == key
        assert said in found.message
        assert "0123456789" not in str(found)

    def test_its_token_may_come_from_a_file_and_it_listens_on_loopback(self, desk: Desk) -> None:
        desk.secret_file("calendar-token", "0123456789abcdef01234567\n")
        asked = desk.settings('[calendar]\ntoken_file = "calendar-token"\n').calendar
        assert asked.token == Secret("0123456789abcdef01234567")
        assert (asked.listen, asked.organizer) == ("127.0.0.1:9465", None)

    def test_without_a_token_its_address_is_nobody_s(self, desk: Desk) -> None:
        assert desk.settings('[health]\nlisten = "127.0.0.1:9465"\n').calendar.token is None


class TestRouting:
    OPS = '[notifiers.ops]\nkind = "log"\n'

    @pytest.mark.parametrize(
        ("text", "key", "said"),
        [
            ('projects = ["acne"]', "notifiers.ops.projects[0]", "there is no project `acne`"),
            ('policies = ["standard", "strct"]', "notifiers.ops.policies[1]", "there is no policy `strct`"),
            ('quiet = ["22-07"]', "notifiers.ops.quiet[0]", "write hours as `22:00-07:00`"),
            ('quiet = ["mon-fri", "sat-sun"]', "notifiers.ops.quiet", "is the whole week"),
            (
                'escalation = true\nevents = ["release.*"]',
                "notifiers.ops.escalation",
                "is about `renewal.warning`",
            ),
            (
                'escalation = true\nmin_severity = "warning"',
                "notifiers.ops.escalation",
                "is about `renewal.warning`",
            ),
            ('repeat = "14m"', "notifiers.ops.repeat", "must be at least 15m"),
            ("max_per_hour = 0", "notifiers.ops.max_per_hour", "must be at least 1"),
            (
                'min_severity = "high"',
                "notifiers.ops.min_severity",
                "must be one of: info, warning, critical",
            ),
        ],
    )
    def test_a_notifier_that_could_be_told_nothing_is_refused(
        self, desk: Desk, text: str, key: str, said: str
    ) -> None:
        found = desk.finding(f'{self.OPS}{text}\n[projects.acme]\nid = "prj_1"\n')
        assert found.key == key
        assert said in found.message

    def test_projects_are_named_as_in_the_file_and_discovered_ones_by_their_id(self, desk: Desk) -> None:
        text = '[projects.acme]\nid = "prj_1"\n[discovery]\nenabled = true\n'
        settings = desk.settings(f'{self.OPS}projects = ["acme", "prj_9"]\n{text}')
        (route,) = settings.routes.routes
        assert route.projects == {"prj_1", "prj_9"}

    def test_a_policy_announces_earlier_for_the_quiet_hours_of_those_who_must_accept(
        self, desk: Desk
    ) -> None:
        quiet = 'quiet = ["22:00-07:00"]\n'
        for notifier, hours in ((OPS, 9), ('[notifiers.log]\nkind = "log"\n', 0)):
            settings = desk.settings(f"{notifier}{quiet}{ACME}")
            (policy,) = settings.policies_for("acme")
            assert policy.release.quiet_ahead == timedelta(hours=hours)
            assert policy.fingerprint == settings.policies["standard"].fingerprint

    def test_a_policy_warns_before_the_quiet_hours_of_those_who_are_warned(self, desk: Desk) -> None:
        quiet = 'quiet = ["sat-sun"]\n'
        weekend = QuietHours(hours=(hours_of("sat-sun"),), zone=ZoneInfo("UTC"), poll=timedelta(hours=2))
        often = '[schedule]\npoll = "2h"\n'
        for more, expected in (
            ("", (weekend,)),
            ('wake_for = "info"\n', ()),
            ('events = ["release.*"]\n', ()),
            ('policies = ["other"]\n', ()),
        ):
            settings = desk.settings(f"{often}{OPS}{quiet}{more}{ACME}[policies.other]\n")
            (policy,) = settings.policies_for("acme")
            assert policy.quiet == expected, more
            assert policy.fingerprint == settings.policies["standard"].fingerprint

    def test_quiet_hours_are_no_option_of_a_policy(self, desk: Desk) -> None:
        found = desk.finding(f'{OPS}{ACME}[policies.standard]\nquiet = ["sat-sun"]\n')
        assert (found.message, found.fix) == ("unknown key here", "`quiet` belongs in [notifiers.NAME]")

    def test_who_may_be_woken_for_announcements_needs_no_more_time(self, desk: Desk) -> None:
        settings = desk.settings(f'{OPS}quiet = ["22:00-07:00"]\nwake_for = "warning"\n{ACME}')
        (policy,) = settings.policies_for("acme")
        assert policy.release.quiet_ahead == timedelta()
