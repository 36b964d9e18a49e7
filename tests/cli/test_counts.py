"""The fleet is counted in one place: `audit`, `run`, `status`, JSON and metrics say the same of it."""

import json
import re
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import report
from tests.cli.desk import NOW, Desk, desk
from watcher.adapters.ledger.opening import open_ledger
from watcher.cli.render.fleet_size import counted_value, remembered_in_words
from watcher.decide.exits import in_one_line
from watcher.memory.remembered import TurnKind, TurnRecord
from watcher.record.reasons import Trouble
from watcher.rules.plan import Mode
from watcher.sandbox import ServerError, fleets

USES = ("in_use", "unused", "unknown", "not_asked")


def counts(document: Any) -> dict[str, int]:
    return {name: document[name] for name in ("projects", "accounts", "cents", "unused_cents", *USES)}


@pytest.fixture
def seeded(tmp_path: Any) -> Any:
    """A fleet of a seed, of which some renew soon and most do not."""
    fleet = fleets.large(NOW, 3, projects=4, accounts=15)
    with desk(tmp_path, fleet) as one:
        projects = "".join(
            f'[projects.p{place}]\nid = "{each.id}"\n' for place, each in enumerate(fleet.projects)
        )
        one.configure(f'[api]\nbase_url = "{one.url}"\ntier = "partner"\n{projects}')
        yield one


def test_all_of_them_count_the_same_sets(seeded: Desk) -> None:
    """`run` said "0 in use, 0 unused ($0.00), 60 far from renewal" where `audit` said that 17 were unused;
    `status` knew how many accounts there are, and nothing of their use.
    """
    audited = json.loads(seeded.run("audit", "--format", "json").out)
    ran = seeded.run("run", "--once", "--metrics-file", "m.prom", "--summary-file", "s.json")
    turn = counts(json.loads((seeded.folder / "s.json").read_text(encoding="utf-8")))
    status = json.loads(seeded.run("status", "--format", "json").out)["fleet"]
    metrics = (seeded.folder / "m.prom").read_text(encoding="utf-8")

    assert counts(status) == turn
    measured = dict(re.findall(r'_accounts{usage="(\w+)"} (\d+)', metrics))
    assert {name: int(measured[name]) for name in USES} == {name: turn[name] for name in USES}
    totals = audited["totals"]
    assert (turn["accounts"], turn["cents"]) == (totals["all"]["accounts"], totals["all"]["cents"])
    # A turn asks only about what renews soon: of that it says what the audit says of it.
    soon = [one for one in audited["accounts"] if one["renews_at"] <= _last_asked(audited, turn)]
    assert 0 < len(soon) < turn["accounts"]
    assert {name: turn[name] for name in USES} == {
        **{name: sum(one["use"] == name for one in soon) for name in USES[:3]},
        "not_asked": totals["all"]["accounts"] - len(soon),
    }
    assert sum(totals[name]["accounts"] for name in USES) == totals["all"]["accounts"]
    all_of_it, unused = (f"${turn[name] / 100:,.2f}" for name in ("cents", "unused_cents"))
    sentence = (
        f"{turn['accounts']} accounts in 4 projects, {all_of_it} a month; of {len(soon)} near renewal: "
        f"{turn['in_use']} in use, {turn['unused']} unused ({unused}), {turn['unknown']} unknown"
    )
    assert sentence in " ".join(ran.out.split())
    assert sentence in " ".join(seeded.run("status").out.split())


def _last_asked(audited: Any, turn: dict[str, int]) -> str:
    """The renewal up to which so many accounts were asked about."""
    renewals = sorted(one["renews_at"] for one in audited["accounts"])
    return str(renewals[turn["accounts"] - turn["not_asked"] - 1])


def test_of_a_fleet_that_was_not_read_nobody_says_a_zero(at_desk: Desk) -> None:
    """With the API down, and beside a second watcher, all of them said "0 accounts in 0 projects".

    What was last read is said, and when.
    """
    before = "15 accounts in 3 projects, $2,250.00 a month"
    last = r"Last read 2\d min( \d+ s)? ago, Mon 18 May 12:00 UTC: "
    read = rf"Nothing of the fleet was read\. {last}{re.escape(before)}"
    at_desk.run("run", "--once")
    at_desk.pass_time(timedelta(minutes=20))
    with closing(open_ledger(at_desk.ledger)) as ledger:
        assert ledger.take_lock(at_desk.clock.now()) is None
        assert re.search(read, " ".join(at_desk.run("run", "--once").out.split()))
    at_desk.sandbox.add_fault(ServerError())
    for words in (("run", "--once"), ("audit",)):
        said = at_desk.run(*words)
        assert said.code == 75
        assert re.search(read, " ".join(said.out.split())), words
        assert "0 accounts" not in said.out.replace("$2,250.00", "")
    told = " ".join(at_desk.run("status").out.split())
    assert f"fleet {before}" in told
    assert re.search(r"last read 2\d min( \d+ s)? ago, Mon 18 May 12:00 UTC full turns fail since", told)
    assert "0 accounts" not in told
    document = json.loads(at_desk.run("audit", "--format", "json").out)
    assert (document["last_read"]["accounts"], document["last_read"]["cents"]) == (15, 225_000)


def test_a_pause_of_a_fleet_that_nobody_has_read_says_no_zero(at_desk: Desk) -> None:
    """ "It concerns 0 accounts, $0.00 a month", and of a ledger with a turn that failed "no turn yet"."""
    at_desk.sandbox.add_fault(ServerError())
    at_desk.run("run", "--once")
    said = at_desk.run("pause", "--reason", "a launch")
    assert "How many accounts that concerns is not known: no turn has read the fleet yet." in said.out
    assert "no turn has read the fleet yet: `lease-watcher status` says why" in said.out


def test_a_turn_of_an_older_version_says_only_what_it_counted() -> None:
    """Its row in the ledger knows how many accounts there were, and not how they were used."""
    turn = TurnRecord(
        id="t",
        kind=TurnKind.FULL,
        mode=Mode.ENFORCE,
        started_at=NOW,
        unbroken_since=NOW,
        summary={"projects": 2, "accounts": 3, "cents": 45_000, "unused": 1},
    )
    assert remembered_in_words(turn) == "3 accounts in 2 projects, $450.00 a month"
    assert counted_value(turn)["not_asked"] is None


def test_a_status_line_says_no_zero_of_what_was_not_read() -> None:
    """The dead man's switch and `systemctl status` were told "0 accounts in 0 projects, exit 75"."""
    assert in_one_line(report(trouble=Trouble.API_UNREACHABLE)) == "nothing was read, exit 75"
    assert in_one_line(report()) == "0 accounts in 0 projects, exit 0"
