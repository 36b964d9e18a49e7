"""Every mistake is told at once: file, line, key, nearest known word and what to do."""

from pathlib import Path

import pytest

from tests.settings.conftest import NOW, Desk
from watcher.adapters.channels.catalog import KINDS
from watcher.settings.findings import Finding, Gravity
from watcher.settings.load import Bad, load


def test_five_mistakes_give_five_findings_in_one_go(desk: Desk) -> None:
    text = """\
mode = "enforc"

[brakes]
max_relases = 5

[projects.acme]
id = "prj_1"
policy = "standrad"

[policies.standard.release]
lead = 6
margin = "30s"
"""
    file = str(desk.file)
    assert desk.findings(text) == (
        Finding(
            severity=Gravity.ERROR,
            file=file,
            line=1,
            key="mode",
            message="must be one of: observe, enforce",
            suggestion="enforce",
            fix='write "enforce"',
        ),
        Finding(
            severity=Gravity.ERROR,
            file=file,
            line=4,
            key="brakes.max_relases",
            message="unknown key",
            suggestion="max_releases",
            fix="rename it to `max_releases`",
        ),
        Finding(
            severity=Gravity.ERROR,
            file=file,
            line=8,
            key="projects.acme.policy",
            message="there is no policy `standrad`",
            suggestion="standard",
            fix='write "standard"',
        ),
        Finding(
            severity=Gravity.ERROR,
            file=file,
            line=11,
            key="policies.standard.release.lead",
            message="is a number without a unit: write it with its unit, in quotes, such as "
            '"15m", "24h", "7d" or "1h30m"',
            fix='write it as in `lead = "6h"`',
        ),
        Finding(
            severity=Gravity.ERROR,
            file=file,
            line=12,
            key="policies.standard.release.margin",
            message="30s must be more than api.timeout + brakes.max_clock_skew (1m10s), "
            "or a release could land after the renewal",
            fix='raise it, such as margin = "2m10s"',
        ),
    )


def test_a_finding_reads_as_file_line_key_message_suggestion_and_fix(desk: Desk) -> None:
    assert str(desk.finding("[brakes]\nmax_relases = 5\n")) == (
        f"{desk.file}:2: error: brakes.max_relases: unknown key\n"
        "  did you mean: max_releases\n"
        "  fix: rename it to `max_releases`"
    )


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("[brakes]\nmax_releases = true", 2, "brakes.max_releases", "must be a whole number, without quotes"),
        ("[brakes]\nmax_releases = -1", 2, "brakes.max_releases", "must be at least 0"),
        ("[brakes]\nmax_releases = 2.5", 2, "brakes.max_releases", "must be a whole number, without quotes"),
        ('[brakes]\nmax_releases = "2"', 2, "brakes.max_releases", "must be a whole number, without quotes"),
        ("[brakes]\nmax_share = true", 2, "brakes.max_share", "must be a number, without quotes"),
        ("[brakes]\nmax_share = 1.1", 2, "brakes.max_share", "must be at most 1"),
        ("[brakes]\nmax_share = nan", 2, "brakes.max_share", "must be a number"),
        ("[api]\nthreads = 17", 2, "api.threads", "must be at most 16"),
        ('[api]\ntimeout = "3m"', 2, "api.timeout", "must be at most 2m"),
        ('[api]\ntimeout = "99ms"', 2, "api.timeout", "must be at least 100ms"),
        ("[api]\ntier = 1", 2, "api.tier", "must be one of: auto, standard, pilot, partner"),
        ("timezone = 1", 1, "timezone", "must be text in quotes"),
        ("api = 1", 1, "api", "must be a table"),
        ("projects = 1", 1, "projects", "must be a table"),
        ("[projects]\nacme = 1", 2, "projects.acme", "must be a table"),
        ('[projects.""]\nid = "prj_1"', 1, 'projects.""', "must not be empty"),
        ("[projects.acme]\nenrolled = true", 1, "projects.acme.id", "is missing"),
        (
            '[projects.acme]\nid = "p"\nenrolled = 1',
            3,
            "projects.acme.enrolled",
            "must be true or false, without quotes",
        ),
        ('[projects.acme]\nid = "p"\npolicy = 1', 3, "projects.acme.policy", "must be a list in brackets"),
        ('[projects.acme]\nid = "p"\npolicy = [1]', 3, "projects.acme.policy[0]", "must be text in quotes"),
        ("holds = 1", 1, "holds", "must be a list"),
        ('[policies.a]\nwarn = "7d"', 2, "policies.a.warn", "must be a list in brackets"),
        ('[[holds]]\nuntil = "forever"\nreason = "r"', 1, "holds[0].account", "is missing"),
        ('[[holds]]\naccount = "a"\nuntil = "forever"', 1, "holds[0].reason", "is missing"),
        ('[[holds]]\naccount = "a"\nreason = "r"', 1, "holds[0].until", "is missing"),
        ('[notifiers.ops]\nevents = ["*"]', 1, "notifiers.ops.kind", "is missing"),
        (
            '[notifiers.ops]\nkind = "weebhook"',
            2,
            "notifiers.ops.kind",
            f"must be one of: {', '.join(KINDS)}",
        ),
        ('[notifiers.ops]\nkind = "webhook"', 1, "notifiers.ops.url", "is missing"),
        ('[notifiers.ops]\nkind = "webhook"\nurl = 1', 3, "notifiers.ops.url", "must be text in quotes"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(
    desk: Desk, text: str, line: int, key: str, message: str
) -> None:
    found = desk.finding(text)
    assert (found.severity, found.line, found.key, found.message) == (Gravity.ERROR, line, key, message)


@pytest.mark.parametrize(
    "until",
    [
        '"2026-02-30"',
        '"tomorrow"',
        "5",
        '"2026-12-31T18:00:00"',
        '"9999-12-31"',
        '"9999-12-31T23:00:00-05:00"',
        "2026-12-31T18:00:00",
        '""',
    ],
)
def test_a_hold_with_an_unusable_date_is_refused(desk: Desk, until: str) -> None:
    found = desk.finding(f'[[holds]]\naccount = "a"\nreason = "r"\nuntil = {until}\n')
    assert (found.severity, found.line, found.key) == (Gravity.ERROR, 4, "holds[0].until")


@pytest.mark.parametrize(
    ("text", "key", "suggestion", "fix"),
    [
        ("modus = 1", "modus", "mode", "rename it to `mode`"),
        ("MODE = 'observe'", "MODE", "mode", "rename it to `mode`"),
        ("max_releases = 3", "max_releases", "brakes.max_releases", "`max_releases` belongs in [brakes]"),
        (
            "[api]\nmode = 'observe'",
            "api.mode",
            "mode",
            "`mode` belongs at the top, before the first [table]",
        ),
        (
            "[policies.standard]\nlead = '6h'",
            "policies.standard.lead",
            "policies.NAME.release.lead",
            "`lead` belongs in [policies.NAME.release]",
        ),
        ("[store]\nfoo = 1", "store.foo", None, "remove it; known here: url, url_file, keep_observations"),
        (
            "[notifiers.a]\nkind = 'log'\nurl = 'x'",
            "notifiers.a.url",
            None,
            "remove it; known here: kind, events, min_severity, min_cents, projects, owners, policies, "
            "escalation, repeat, quiet, wake_for, max_per_hour",
        ),
    ],
)
def test_an_unknown_key_names_the_nearest_or_its_home(
    desk: Desk, text: str, key: str, suggestion: str | None, fix: str
) -> None:
    found = desk.finding(text)
    assert (found.key, found.suggestion, found.fix) == (key, suggestion, fix)


@pytest.mark.parametrize(
    "text", ["[api]\nkey = 'lp_x'", "[api]\napi_key = 'lp_x'", "key = 'lp_x'", "[api]\ntoken = 1"]
)
def test_the_api_key_in_the_file_is_refused(desk: Desk, text: str) -> None:
    found = desk.finding(text)
    assert found.message == "the API key does not belong in the configuration"
    assert found.fix is not None
    assert "layers-api-key" in found.fix
    assert "LAYERS_API_KEY" in found.fix


@pytest.mark.parametrize(
    ("text", "line"),
    [("mode = observe\n", 1), ("[api]\ntimeout = \n", 2), ("a = 1\na = 2\n", 2), ("a = [1,\n", 1)],
)
def test_a_syntax_error_has_its_line_and_column(desk: Desk, text: str, line: int) -> None:
    found = desk.finding(text)
    assert found.line == line
    assert found.message.startswith("is not TOML: ")


def test_what_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"mode = '\xff'\n")
    loaded = load(file, {}, tmp_path, NOW)
    assert isinstance(loaded, Bad)
    assert [each.message for each in loaded.findings] == ["is not UTF-8"]


def test_a_byte_order_mark_is_no_mistake(desk: Desk) -> None:
    assert desk.findings("\ufeffmode = 'observe'\n") == ()


def test_endless_nesting_is_refused(desk: Desk) -> None:
    found = desk.finding("a = " + "[" * 20_000 + "]" * 20_000)
    assert found.message.startswith("is nested too deeply")


def test_a_broken_value_starts_no_further_findings(desk: Desk) -> None:
    text = """\
mode = "enforce"
[api]
timeout = "soon"
[projects.acme]
id = 5
enrolled = true
[projects.other]
id = 6
[policies.standard.release]
when = "idle"
margin = "1m"
notice_to = ["ops"]
[notifiers.ops]
kind = "webhok"
"""
    assert [each.key for each in desk.findings(text)] == [
        "api.timeout",
        "projects.acme.id",
        "projects.other.id",
        "notifiers.ops.kind",
    ]


def test_a_kind_where_there_are_none_is_an_unknown_key_and_takes_nothing_away(desk: Desk) -> None:
    """At the top it was a traceback, and in `[[holds]]` it took the hold away from what is left."""
    hold = '[[holds]]\naccount = "a"\nuntil = "forever"\nreason = "r"\nkind = "log"\n'
    loaded = desk.load(f'kind = "log"\n{hold}')
    assert isinstance(loaded, Bad)
    assert [each.key for each in loaded.findings] == ["kind", "holds[0].kind"]
    loaded = desk.load(hold)
    assert isinstance(loaded, Bad)
    assert loaded.rest is not None
    assert [each.account for each in loaded.rest.settings.holds] == ["a"]


def test_a_missing_value_is_told_once_and_the_rest_is_still_judged(desk: Desk) -> None:
    """The stand-in for a missing address was itself told as a mistake, and no rule was looked at any more."""
    found = desk.findings('[notifiers.ops]\nkind = "alertmanager"\n[metrics]\ntoken = "x"\n')
    assert [(each.key, each.message.split(":")[0]) for each in found] == [
        ("notifiers.ops.url", "is missing"),
        ("metrics.pushgateway", "is missing beside `token`"),
    ]
