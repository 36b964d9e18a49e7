"""What people say to the ledger: hold, pause, approve, resolve; where it went, and what it changed."""

import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.desk import NOW, Desk, H, desk, with_handle
from tests.cli.test_run import OPEN, enforced
from watcher.adapters.ledger.opening import open_reader
from watcher.cli.parser import build_parser
from watcher.sandbox import Hang, fleets
from watcher.sandbox.fleets.mixed_fleet import COFFEE_STORIES, LATTE_ART_LAB

WHY = ("--reason", "because")


@pytest.fixture
def seen(at_desk: Desk) -> Desk:
    """After one turn, so that the ledger knows the accounts."""
    assert at_desk.run("run", "--once").code == 0
    at_desk.pass_time(H)
    return at_desk


@pytest.mark.parametrize("reference", ["@latte.art.lab", "latte.art.lab", "@LATTE.art.lab", LATTE_ART_LAB])
def test_a_hold_lasts_to_the_end_of_the_lease_period_unless_said(seen: Desk, reference: str) -> None:
    said = seen.run("hold", reference, *WHY)

    assert said.code == 0
    assert f"@latte.art.lab ({LATTE_ART_LAB}) is held until Tue 19 May 19:00 UTC (in 1 d 6 h)." in said.out
    assert f"Ledger {seen.ledger}, last turn 1 h ago" in said.out
    with closing(open_reader(seen.ledger)) as ledger:
        (hold,) = ledger.fleet(seen.clock.now()).overrides.said
    assert [(one.account, one.renews_at) for one in hold.periods] == [(LATTE_ART_LAB, hold.until)]


@pytest.mark.parametrize("option", ["--reason", "--by"])
def test_a_terminal_that_does_not_speak_utf_8_holds_as_well(seen: Desk, option: str) -> None:
    """`grüße` in Latin-1 was a traceback when it was to be written down, and the account was not held."""
    latin = os.fsdecode("grüße".encode("latin-1"))
    said = seen.run("hold", "@latte.art.lab", *WHY, option, latin)

    assert (said.code, said.err) == (0, "")
    (held,) = [json.loads(line) for line in seen.run("holds", "--format", "json").out.splitlines()]
    assert "grüße" in (held["why"], held["by"])


@pytest.mark.parametrize(
    "words", [("hold",), ("explain",), ("history",), ("docket",), ("approve",), ("ack",)]
)
def test_nobody_is_called_by_what_is_no_text(seen: Desk, words: tuple[str, ...]) -> None:
    said = seen.run(
        *words, os.fsdecode(b"@gr\xfc"), *(() if words[0] in ("explain", "history", "docket") else WHY)
    )
    assert said.code in (2, 78)
    assert "Traceback" not in said.err
    assert "grü" in said.err


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("forever", "for ever"),
        ("2026-06-30", "until Wed 1 Jul 00:00 UTC"),
        ("2026-06-30T18:00:00+02:00", "until Tue 30 Jun 16:00 UTC"),
    ],
)
def test_a_hold_may_last_longer(seen: Desk, until: str, end: str) -> None:
    assert f"is held {end}" in seen.run("hold", "@latte.art.lab", "--until", until, *WHY).out


@pytest.mark.parametrize("until", ["tomorrow", "2026-05-17", "2026-06-30T18:00:00", "2026-05-18T13:00:00Z"])
def test_an_end_that_is_none_or_has_passed_is_refused(seen: Desk, until: str) -> None:
    said = seen.run("hold", "@latte.art.lab", "--until", until, *WHY)

    assert said.code == 2
    assert f"--until {until}: " in said.err
    assert seen.run("holds").out == "No account is held.\n"


def test_a_shorter_hold_never_shortens_a_longer_one(seen: Desk) -> None:
    seen.run("hold", "@latte.art.lab", "--until", "forever", *WHY)
    said = seen.run("hold", "@latte.art.lab", *WHY)

    assert "is held for ever. An earlier hold by maria lasts longer than this one" in said.out


def test_holds_are_listed_and_ended(seen: Desk) -> None:
    seen.run("hold", "@latte.art.lab", *WHY, "--by", "jo")
    listed = json.loads(seen.run("holds", "--format", "json").out)
    assert (listed["account"], listed["by"], listed["why"]) == (LATTE_ART_LAB, "jo", "because")

    said = seen.run("unhold", "@latte.art.lab", *WHY)
    assert "is no longer held. A release must be announced anew." in said.out
    assert seen.run("holds").out == "No account is held.\n"
    assert seen.run("unhold", "@latte.art.lab", *WHY).code == 2


def test_a_configured_hold_is_listed_and_ended_only_there(seen: Desk) -> None:
    seen.configure(
        (seen.folder / "lease-watcher.toml").read_text()
        + f'[[holds]]\naccount = "{LATTE_ART_LAB}"\nuntil = "forever"\nreason = "ours"\n'
    )
    assert "by configuration: ours" in seen.run("holds").out
    said = seen.run("unhold", "@latte.art.lab", *WHY)
    assert said.code == 2
    assert "It stays held by [[holds]] in the configuration." in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("hold", "@nobody"),
        ("unhold", "sa_nobody"),
        ("resolve", "@nobody", "--as", "released"),
    ],
)
def test_an_account_this_ledger_never_saw_is_refused(seen: Desk, words: tuple[str, ...]) -> None:
    said = seen.run(*words, *WHY)

    assert said.code == 2
    assert f"The ledger {seen.ledger} never saw {words[1]}, so nothing was said." in said.err


def test_without_a_ledger_nothing_can_be_said_and_none_is_created(at_desk: Desk) -> None:
    said = at_desk.run("hold", "@latte.art.lab", *WHY)

    assert said.code == 78
    assert "does not exist" in said.err
    assert not at_desk.ledger.exists()


def test_an_ambiguous_handle_lists_the_candidates(tmp_path: Path) -> None:
    fleet = with_handle(fleets.mixed(NOW), COFFEE_STORIES, "latte.art.lab")
    with desk(tmp_path, fleet) as one:
        one.run("run", "--once")
        held = one.run("hold", "@latte.art.lab", *WHY)
        explained = one.run("explain", "@latte.art.lab")
        by_id = one.run("hold", COFFEE_STORIES, *WHY)

    for said in (held, explained):
        assert said.code == 2
        assert LATTE_ART_LAB in said.err
        assert COFFEE_STORIES in said.err
    assert by_id.code == 0


def test_what_must_work_at_once_needs_no_reason(seen: Desk) -> None:
    assert seen.run("hold", LATTE_ART_LAB).code == 0
    assert "no reason given" in seen.run("holds").out
    assert seen.run("ack", LATTE_ART_LAB).code == 0
    assert seen.run("pause").code == 0


@pytest.mark.parametrize(
    "mistake",
    [
        "[notifiers.page]\nkind = 'pagerduty'\n",
        "[notifiers.page]\nkind = 'slakc'\n",
        "[schedule]\npol = '15m'\n",
        "[health]\nlisten = 9464\n",
        "[schedule]\npoll = 9223372036854775808\n",
        f"[notifiers.page]\nkind = 'log'\nfrom = [{16**400}]\n",
    ],
    ids=["a missing secret", "a kind", "a key", "a value", "a number", "a number in a list"],
)
def test_a_mistake_elsewhere_keeps_nobody_from_holding_an_account(seen: Desk, mistake: str) -> None:
    """A notifier's secret that only the service was handed ended `hold` with 78, and the account went.

    So did a number that was too large, for as long as it stood there.
    """
    seen.reconfigure("[store]\n", f"{mistake}[store]\n")
    assert seen.run("run", "--once").code == 78

    said = seen.run("hold", LATTE_ART_LAB)

    assert said.code == 0
    assert f"Ledger {seen.ledger}, last turn 1 h ago" in said.out
    assert "has mistakes, which `lease-watcher check` lists" in said.err
    seen.reconfigure(mistake, "")
    assert LATTE_ART_LAB in seen.run("holds").out


@pytest.mark.parametrize(
    "broken",
    [
        "[schedule\n",
        "[schedule]\npoll = \n",
        '[policies.other]\nwarn = [\n"7d\n',
        f"[schedule]\npoll = {'9' * 5_000}\n",
        f"[schedule]\n{'a.' * 40}b = 1\n",
    ],
    ids=["a header", "a value", "a list", "a number", "a key"],
)
def test_nor_does_a_line_that_is_no_toml_below_the_ledger(seen: Desk, broken: str) -> None:
    """Somebody was still typing: the whole file could not be read, and nobody could hold an account."""
    seen.reconfigure("[projects.acme-coffee]", f"{broken}[projects.acme-coffee]")
    assert seen.run("run", "--once").code == 78
    said = seen.run("hold", LATTE_ART_LAB)
    assert (said.code, f"Ledger {seen.ledger}, last turn 1 h ago" in said.out) == (0, True)


@pytest.mark.parametrize("broken", ["url_fil = \n", '"'])
def test_one_in_the_ledgers_own_table_may_be_about_it(seen: Desk, broken: str) -> None:
    seen.reconfigure('url = "sqlite:///watcher.db"\n', f'url = "sqlite:///watcher.db"\n{broken}\n')
    said = seen.run("hold", LATTE_ART_LAB)
    assert (said.code, said.out) == (78, "")


@pytest.mark.parametrize(
    "mistake",
    ["ulr = 'sqlite:///other.db'\n", "[stroe]\nurl = 'sqlite:///other.db'\n", "[broken\n"],
    ids=["a key", "a table", "no TOML"],
)
def test_where_a_mistake_may_be_about_the_ledger_nothing_is_said(seen: Desk, mistake: str) -> None:
    seen.reconfigure("[store]\n", f"[store]\n{mistake}")

    said = seen.run("hold", LATTE_ART_LAB)

    assert (said.code, said.out) == (78, "")


def test_nor_where_a_variable_may_have_been_about_it(seen: Desk) -> None:
    said = seen.run("hold", LATTE_ART_LAB, WATCHER_STROE__URL="sqlite:///other.db")

    assert (said.code, said.out) == (78, "")


@pytest.mark.parametrize(
    "words", ["unhold sa_1", "resume", "approve 7f3a", "resolve sa_1 --as released", "outbox drop 1"]
)
def test_words_that_can_do_harm_need_a_reason(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(words.split())
    assert "required: --reason" in capsys.readouterr().err


def test_an_empty_reason_is_refused(seen: Desk) -> None:
    assert seen.run("hold", "@latte.art.lab", "--reason", " ").code == 2


def test_a_pause_stops_releases_until_resumed(at_desk: Desk) -> None:
    enforced(at_desk)
    paused = at_desk.run("pause", "--project", "acme-coffee", *WHY)
    assert "Releases of project acme-coffee are paused until `resume`." in paused.out

    halted = at_desk.run("run", "--once")
    assert (halted.code, at_desk.deletes) == (22, 0)
    assert "paused by maria: because" in halted.out

    resumed = at_desk.run("resume", "--project", "acme-coffee", *WHY)
    assert "The pause of project acme-coffee by maria (because) has ended, and releases go on." in resumed.out
    assert at_desk.run("run", "--once").code == 0
    assert at_desk.deletes == 3


def test_what_is_resumed_goes_on_whatever_is_planned_for_another_project(at_desk: Desk) -> None:
    """ "Releases do not go on yet": but those of the project that was meant did."""
    enforced(at_desk)
    plan = '\n[[pauses]]\nweekly = "mon-fri"\nprojects = ["northwind-travel"]\nreason = "a fair"\n'
    at_desk.configure((at_desk.folder / "lease-watcher.toml").read_text(encoding="utf-8") + plan)
    at_desk.run("pause", "--project", "acme-coffee", *WHY)
    assert at_desk.run("run", "--once").code == 22
    said = at_desk.run("resume", "--project", "acme-coffee", *WHY).out
    assert "has ended, and releases go on." in said
    assert "northwind" not in said
    at_desk.run("pause", *WHY)
    assert "Project northwind-travel is paused as planned" in at_desk.run("resume", *WHY).out


def test_resume_says_when_there_is_nothing_to_resume(seen: Desk) -> None:
    assert seen.run("resume", *WHY).err == (
        "Nothing is paused.\nAs of the last turn (1 h ago) releases are stopped by: too little history.\n"
    )
    seen.run("pause", *WHY)
    said = seen.run("resume", "--project", "acme-coffee", *WHY)
    assert said.err == "The fleet is paused, not this project: leave out --project.\n"


def test_accepting_the_fleet_as_it_is_ends_nobody_s_pause(seen: Desk) -> None:
    """Told to type it by one brake, a person lifted the pause of another person with it."""
    seen.run("pause", *WHY)
    said = seen.run("resume", "--accept-baseline", *WHY)
    assert said.code == 0
    assert (
        "Every project is paused by maria: because. `lease-watcher resume --reason WHY` ends that."
        in said.out
    )
    assert "The pause by maria (because) has ended" in seen.run("resume", *WHY).out


def test_an_approval_lets_exactly_a_halted_docket_go(at_desk: Desk) -> None:
    at_desk.reconfigure("max_share = 0.3", "max_releases = 2")
    enforced(at_desk)
    halted = at_desk.run("run", "--once", "--format", "json")
    assert (halted.code, at_desk.deletes) == (22, 0)
    docket = json.loads(halted.out)["docket"]

    said = at_desk.run("approve", docket, *WHY)
    assert "Approved past the limits of count, share and money: 3 releases" in said.out
    assert "@latte.art.lab   $150.00  41 d 9 h ago" in said.out
    at_desk.run("run", "--once")
    assert at_desk.deletes == 3


def test_a_coming_halt_is_told_with_the_announcement_and_can_be_approved_at_once(at_desk: Desk) -> None:
    """The docket looks 24 h ahead and notices go out earlier: a halt was told only when it was too late."""
    at_desk.reconfigure("max_share = 0.3", "max_releases = 2")
    at_desk.run("run", "--once")
    announced = [
        event["text"]
        for digest in at_desk.sandbox.inbox
        for event in digest["events"]
        if event["kind"] == "release.announced"
    ]
    assert len(announced) == 4
    assert all(", limit 2" in text for text in announced)
    # Whether the others make room for two of them is not known yet: more may be announced until then.
    assert all("will be halted: " in text for text in announced)
    docket = announced[0].partition("approve ")[2][:8]

    assert at_desk.run("approve", docket, *WHY).code == 0


def test_an_unknown_docket_is_refused(seen: Desk) -> None:
    assert seen.run("approve", "7f3a", *WHY).code == 2


def test_a_person_can_resolve_what_the_watcher_cannot(at_desk: Desk) -> None:
    enforced(at_desk)
    assert at_desk.run("resolve", "@latte.art.lab", "--as", "released", *WHY).code == 2
    # The DELETE never answers, and neither does any reading back.
    at_desk.sandbox.add_fault(Hang(method="DELETE", seconds=0.1, apply=True, times=1))
    at_desk.run("run", "--once")
    assert OPEN > 30 * H
    assert at_desk.deletes == 3


def test_taking_note_of_an_account_is_no_hold(seen: Desk) -> None:
    said = seen.run("ack", "@latte.art.lab", *WHY)
    assert said.code == 0
    assert said.out.startswith(
        f"Noted for @latte.art.lab ({LATTE_ART_LAB}); it is no hold: what was announced still happens.\n"
    )
    assert seen.run("holds").out == "No account is held.\n"
    assert (
        "took note, so that it is not told again until Tue 19 May 19:00 UTC: because"
        in seen.run("history").out
    )


def test_what_is_neither_an_account_nor_a_problem_is_refused_with_the_problems_that_stand(seen: Desk) -> None:
    said = seen.run("ack", "clock.of", *WHY)
    assert said.code == 2
    assert said.err.endswith("and no standing problem.\nStanding problems: none\n")
