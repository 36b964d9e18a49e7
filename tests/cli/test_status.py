"""How things stand, by the ledger alone."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from tests.cli.desk import Desk, H
from tests.cli.test_run import enforced
from watcher.adapters.ledger.opening import open_ledger
from watcher.cli.demo import NAME
from watcher.facts.accounts import AccountId
from watcher.memory.writes import Said
from watcher.record.overrides import RELEASE_LASTS, Override, OverrideKind
from watcher.sandbox.fleets.mixed_fleet import LATTE_ART_LAB


def value(desk: Desk) -> Any:
    return json.loads(desk.run("status", "--format", "json").out)


def test_it_says_the_last_turn_what_is_next_and_what_is_to_be_decided(at_desk: Desk) -> None:
    at_desk.reconfigure("max_share = 0.3", "max_releases = 2")
    enforced(at_desk)
    assert at_desk.run("run", "--once").code == 22
    at_desk.pass_time(timedelta(minutes=10))
    requests = len(at_desk.sandbox.log.entries)
    said = at_desk.run("status")
    lines = said.out.splitlines()
    assert lines[:2] == [
        "Enforce mode, Tue 19 May 2026 18:30 UTC",
        "last turn   full, ended 10 min ago, Tue 19 May 18:20 UTC: a brake stopped a release that is due "
        "(exit 22)",
    ]
    assert "openings    @latte.art.lab   $150.00  open now, until Tue 19 May 18:50 UTC, halted" in lines
    assert (
        "holds       @campaign.reserve  $150.00  until Wed 20 May 02:00 UTC (in 7 h 30 min), by" in said.out
    )
    assert "To decide" in lines
    assert any("$150.00 of $450.00 will not be saved unless 3 releases are approved" in one for one in lines)
    assert said.code == 0
    assert len(at_desk.sandbox.log.entries) == requests


def test_what_is_wrong_with_the_way_to_the_api_hides_no_ledger(at_desk: Desk) -> None:
    """It asks nobody, and read the machine's whole list of certificates, a twentieth of its time; where the
    variable named none, nobody at a machine without a network was told what is in the ledger.
    """
    at_desk.run("run", "--once")
    for command in ("status", "holds", "pauses", "docket", "history"):
        assert at_desk.run(command, SSL_CERT_FILE="/nowhere/ca.pem").code == 0, command
    assert at_desk.run("check", SSL_CERT_FILE="/nowhere/ca.pem").code == 78


def test_a_planned_pause_that_will_stand_in_an_opening_s_way_is_told_before_it_is_on(at_desk: Desk) -> None:
    """Pauses: "none", and half a day later no release went out. One that meets no opening says nothing."""
    planned = (
        '\n[[pauses]]\nfrom = "2026-05-19T14:00:00Z"\nuntil = "2026-05-19T18:30:00Z"\nreason = "a launch"\n'
        '\n[[pauses]]\nfrom = "2026-05-19T02:00:00Z"\nuntil = "2026-05-19T03:00:00Z"\nreason = "a backup"\n'
    )
    at_desk.configure((at_desk.folder / NAME).read_text(encoding="utf-8") + planned)
    assert at_desk.run("run", "--once").code == 0
    said = at_desk.run("status")
    assert (
        "pauses every project from Tue 19 May 14:00 UTC (in 1 d 2 h) to Tue 19 May 18:30 UTC, as planned: "
        "a launch; in the way of 3 openings announced so far, $450.00: @latte.art.lab, @beans.and.brew, "
        "@morning.grind; `lease-watcher audit` counts all"
    ) in " ".join(said.out.split())
    assert "a backup" not in said.out
    assert (
        "`lease-watcher audit` counts all another pause is to come, in the way of nothing announced "
        "so far: `lease-watcher pauses` lists it, `lease-watcher audit` counts what is not announced yet"
    ) in " ".join(said.out.split())
    assert value(at_desk)["pauses_ahead_of_none_announced"] == 1
    (pause,) = value(at_desk)["pauses_ahead"]
    assert (pause["from"], pause["until"]) == ("2026-05-19T14:00:00Z", "2026-05-19T18:30:00Z")
    assert len(pause["in_the_way_of"]) == 3


def test_a_planned_pause_before_anything_is_announced_is_no_none(at_desk: Desk) -> None:
    """Of a campaign in three weeks, that would stop four releases, `status` said "pauses none"."""
    planned = '\n[[pauses]]\nfrom = "2026-06-10"\nuntil = "2026-07-01"\nreason = "a launch"\n'
    at_desk.configure((at_desk.folder / NAME).read_text(encoding="utf-8") + planned)
    at_desk.run("run", "--once")
    told = " ".join(at_desk.run("status").out.split())
    assert (
        "pauses 1 pause is to come, in the way of nothing announced so far: `lease-watcher pauses` "
        "lists it, `lease-watcher audit` counts what is not announced yet"
    ) in told
    assert "pauses none" not in told


def test_a_planned_pause_is_priced_before_anything_is_announced_that_it_will_stop(at_desk: Desk) -> None:
    """Ten days before its campaign an audit promised all of its releases: nobody saw what it would cost."""
    planned = (
        '\n[[pauses]]\nfrom = "2026-05-18T20:00:00Z"\nuntil = "2026-07-01T00:00:00Z"\nreason = "a launch"\n'
    )
    at_desk.configure((at_desk.folder / NAME).read_text(encoding="utf-8") + planned)
    said = " ".join(at_desk.run("audit").out.split())
    assert "will be halted by a planned pause until too late (a launch, until Wed 1 Jul 00:00 UTC)" in said
    told = " ".join(at_desk.run("explain", "@latte.art.lab").out.split())
    assert "a planned pause halts it until too late (a launch, until Wed 1 Jul 00:00 UTC" in told


def test_a_broken_configuration_is_told_and_hides_no_ledger(at_desk: Desk) -> None:
    """Somebody mistyped a brake: `status` said that, and nothing of the openings and the last turn."""
    at_desk.run("run", "--once")
    at_desk.reconfigure("max_share = 0.3", "max_shares = 0.3")
    at_desk.reconfigure('mode = "enforce"', 'mode = "enforced"')
    said = at_desk.run("status")
    assert said.code == 78
    told = " ".join(said.out.split())
    assert "broken the configuration, 2 errors: no turn begins by it" in told
    assert "brakes.max_shares: " in told
    assert "did you mean max_share?" in told
    assert told.startswith("Enforce mode at the last turn, ")
    assert "last turn full, ended" in told
    assert "@latte.art.lab" in told
    document = value(at_desk)
    assert [one["key"] for one in document["configuration"]] == ["mode", "brakes.max_shares"]
    assert (document["exit_code"], document["last_turn"]["exit_code"]) == (78, 0)
    for command in ("holds", "pauses", "docket", "history", "outbox"):
        seen = at_desk.run(command)
        assert (seen.code, "has mistakes, which `lease-watcher check` lists" in seen.told) == (0, True), (
            command
        )
    assert at_desk.run("notify", "routes", "@latte.art.lab").code == 78


def test_a_configuration_that_is_cut_short_makes_no_enforcing_watcher_an_observer(at_desk: Desk) -> None:
    """An unquoted word was read as observe mode and no projects: "openings none", "nothing is released,
    whatever is approved", "no release is lost by it"; and the daemon went on to release.
    """
    at_desk.run("run", "--once")
    whole = (at_desk.folder / NAME).read_text(encoding="utf-8")
    at_desk.configure(whole.replace("[projects.", "oops\n[projects.", 1))
    told = " ".join(at_desk.run("status").out.split())
    assert told.startswith("Enforce mode at the last turn, ")
    assert "4 announced releases, $600.00, of no project that can be read of the configuration" in told
    assert told.endswith("What waits for a decision is not known before the configuration is mended.")
    assert "Observe mode" not in at_desk.run("docket").out
    at_desk.configure(whole.replace('mode = "enforce"', 'mode = "enforc"'))
    assert "$600.00, are not done unless" in " ".join(
        at_desk.run("pause", "--reason", "x", "--by", "ann").out.split()
    )


@pytest.mark.parametrize("store", ["", '[store]\nurl = "sqlite:///watcher.db"\n'])
def test_a_text_that_is_no_toml_hides_no_ledger_either(at_desk: Desk, store: str) -> None:
    """Whoever keeps the ledger where it usually is has no `[store]` that could be read before the mistake."""
    project = '[projects.acme-coffee]\nid = "prj_01JZ0DEM00000000000000ACME"\n'
    text = f'[api]\nbase_url = "{at_desk.url}"\n{store}{project}'
    at_desk.configure(text)
    assert at_desk.run("run", "--once").code == 0
    at_desk.configure(f"{text}enrolled = yes, please\n")
    said = at_desk.run("status")
    assert (said.code, "last turn   full, ended" in said.out) == (78, True), said.err
    # What could be the ledger's place beyond the mistake is not passed over.
    beyond = '[store]\nurl = "sqlite:///other.db"\n'
    at_desk.configure(f"{text}enrolled = yes, please\n{'' if store else beyond}")
    assert (at_desk.run("status").out == "") is (not store)


def test_what_is_announced_in_observe_mode_is_said_once(at_desk: Desk) -> None:
    """ "announced without force: it would be released" stood four times, each on a line of its own."""
    at_desk.reconfigure('mode = "enforce"', 'mode = "observe"')
    at_desk.run("run", "--once")
    lines = at_desk.run("status", wide=80).out.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("openings"))
    assert lines[first : first + 6] == [
        "openings    @latte.art.lab     $150.00  in 1 d 1 h, Tue 19 May 13:00 UTC",
        "            @beans.and.brew    $150.00  in 1 d 4 h, Tue 19 May 16:00 UTC",
        "            @morning.grind     $150.00  in 1 d 6 h, Tue 19 May 18:00 UTC",
        "            @campaign.reserve  $150.00  in 1 d 8 h, Tue 19 May 20:00 UTC",
        "            they would be released: announced in observe mode, which releases",
        "            nothing",
    ]


def test_it_tells_of_a_word_that_nobody_has_carried_out(at_desk: Desk) -> None:
    """Its command was killed: the next turn sent a DELETE, and until then "nothing waited"."""
    at_desk.run("run", "--once")
    now = at_desk.clock.now()
    asked = Override(
        kind=OverrideKind.RELEASE,
        at=now,
        by="ann",
        why="client left",
        account=AccountId(LATTE_ART_LAB),
        handle="latte.art.lab",
        until=now + RELEASE_LASTS,
    )
    with closing(open_ledger(at_desk.ledger)) as ledger:
        ledger.apply((Said(override=asked),))
    said = at_desk.run("status").out
    told = (
        "asked for   @latte.art.lab  may be released by the next turn: ann asked for it until "
        f"Mon 18 May 13:00 UTC; `lease-watcher hold {LATTE_ART_LAB}` stops that"
    )
    assert told in " ".join(said.split("\n")).replace("            ", "")
    assert [one["by"] for one in value(at_desk)["asked"]] == ["ann"]
    at_desk.pass_time(RELEASE_LASTS)
    assert "asked for" not in at_desk.run("status").out


def test_it_ends_with_the_code_of_the_last_turn_where_that_is_asked_for(at_desk: Desk) -> None:
    at_desk.reconfigure("max_share = 0.3", "max_releases = 2")
    enforced(at_desk)
    at_desk.run("run", "--once")
    assert at_desk.run("status", "--exitcode").code == 22


def test_turns_that_stay_away_are_no_good_ending(at_desk: Desk) -> None:
    """The last turn ended well, three days ago."""
    at_desk.run("run", "--once")
    assert at_desk.run("status", "--exitcode").code == 0
    at_desk.pass_time(72 * H)
    said = at_desk.run("status", "--exitcode")
    assert said.code == 75
    assert "turns stay away: one is expected every 15 min, the last began 3 d ago" in said.out
    assert value(at_desk)["overdue"] is True


def test_before_the_first_turn_it_says_so(at_desk: Desk) -> None:
    said = at_desk.run("status", "--exitcode")
    assert said.code == 75
    assert "none has ended yet" in said.out
    assert "There is no ledger at" in said.err


def test_it_says_who_holds_the_ledger(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    assert value(at_desk)["holder"] is None
    with closing(open_ledger(at_desk.ledger)) as ledger:
        assert ledger.take_lock(at_desk.clock.now()) is None
        assert value(at_desk)["holder"]["pid"] > 0


@pytest.mark.process
def test_it_loads_no_library_that_only_a_turn_needs(at_desk: Desk) -> None:
    """It is asked often, by monitors too. Looking for a sandbox's clock, it loaded the HTTP client; and every
    kind of notifier, and the dialect of a server for a ledger in a file.
    """
    at_desk.run("run", "--once")
    at_desk.reconfigure(f'base_url = "{at_desk.url}"', 'base_url = "https://api.layers.com"')
    heavy = (
        "pydantic pydantic_settings httpx apscheduler alembic rich jinja2 watcher.sandbox "
        "sqlalchemy.dialects.postgresql watcher.adapters.channels.kinds.slack"
    )
    probe = (
        "import sys; from watcher.cli.main import main; "
        f"code = main(['status', '--config', {str(at_desk.folder / 'lease-watcher.toml')!r}]); "
        f"print(sorted(set({heavy!r}.split()) & set(sys.modules)), code)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0", done.stdout
