"""Every brake names the way out, and names it alike wherever it is told."""

import re
import shlex
from dataclasses import replace

import pytest

from tests.builders import NOW, D, account, halted
from watcher.brakes import BRAKES, Brake, Halt, kinds, ways_out
from watcher.brakes.docket import Docket, Entry, Place
from watcher.cli.parser import build_parser
from watcher.texts.commands import WayOut

ONE = account("latte")
DOCKET = Docket(
    entries=(Entry(period=ONE.period, project=ONE.project, handle="latte", price_cents=1, place=Place.DUE),)
)


def on(brake: Brake) -> Halt:
    return Halt(brake=brake, measured="so much", limit="less", project=ONE.project, lifts_at=NOW + D)


APPROVE = "`lease-watcher approve 7f3a --reason WHY` allows exactly these"
ACCEPT = "`lease-watcher resume --accept-baseline --reason WHY`"


@pytest.mark.parametrize(
    ("brake", "text"),
    [
        (kinds.TOO_MANY, APPROVE),
        (kinds.FLEET_SHARE, APPROVE),
        (kinds.VALUE, APPROVE),
        (kinds.PROJECT_SHARE, APPROVE),
        (kinds.KEEP_AT_LEAST, APPROVE),
        (kinds.FLEET_DROP, f"ends when the accounts are back; if they are gone for good: {ACCEPT}"),
        (kinds.PROJECT_EMPTY, f"ends when the accounts are back; if they are gone for good: {ACCEPT}"),
        (kinds.IDLE_JUMP, f"ends when their use shows again; if they are unused indeed: {ACCEPT}"),
        (
            kinds.UNKNOWN_SHARE,
            "unknown use ends when it can be read: `lease-watcher audit` names what is in the way",
        ),
        (
            kinds.CLOCK_UNPROVED,
            "an unproved clock ends when the API answers with a Date, and from no cache",
        ),
        (kinds.CLOCK_OFF, "a wrong clock ends when this machine's is set right"),
        (
            kinds.HISTORY,
            "it ends by itself Tue 19 May 12:00 UTC; sooner only by a smaller brakes.min_history, which is "
            "right if this ledger is new, and not if another one was lost",
        ),
        (kinds.DATA_AGE, "old facts end with a turn that reads everything in time"),
        (
            kinds.UNRESOLVED,
            "the next turn reads back; if you know how it ended: "
            "`lease-watcher resolve ACCOUNT --as released --reason WHY`",
        ),
        (kinds.PAUSED, "`lease-watcher resume --project prj_acme --reason WHY` lifts it"),
        (kinds.KEY_SUSPENDED, "a suspension of the key ends when the provider lifts it"),
        (
            kinds.CONFIGURATION_REFUSED,
            "a refused configuration ends when a good one is read: `lease-watcher check`, then reload",
        ),
    ],
)
def test_each_says_what_ends_it(brake: Brake, text: str, elsewhere: None) -> None:
    assert on(brake).way_out("7f3a").text == text


def test_without_a_known_end_it_ends_by_itself_all_the_same() -> None:
    assert replace(on(kinds.HISTORY), lifts_at=None).way_out("7f3a").text == (
        "it ends by itself; sooner only by a smaller brakes.min_history, which is right if this ledger is "
        "new, and not if another one was lost"
    )


@pytest.mark.parametrize("brake", BRAKES)
def test_what_a_person_is_told_to_type_runs_as_it_stands(brake: Brake) -> None:
    """`resume --accept-baseline` stood in one table of safety.md, while the message said only what was on."""
    way = on(brake).way_out("7f3a")
    assert re.findall(r"`(.+?)`", way.text) == ([] if way.command is None else [way.command])
    if way.command is not None:
        command, *words = shlex.split(way.command)
        assert command == "lease-watcher"
        build_parser().parse_args(words)


@pytest.mark.parametrize("brake", [kinds.FLEET_DROP, kinds.PROJECT_EMPTY, kinds.IDLE_JUMP])
def test_a_halt_by_the_population_names_the_baseline(brake: Brake) -> None:
    said = halted(on(brake), docket=DOCKET).text
    assert "`lease-watcher resume --accept-baseline --reason WHY`" in said


@pytest.mark.parametrize("brake", BRAKES)
def test_a_halt_is_told_with_its_way_out(brake: Brake) -> None:
    assert halted(on(brake), docket=DOCKET).text.endswith(f"; {on(brake).way_out(DOCKET.id).text}")


@pytest.mark.parametrize("brake", [brake for brake in BRAKES if brake.approvable])
def test_an_approval_is_named_where_one_helps_and_once(brake: Brake) -> None:
    both = ways_out([on(brake), on(kinds.TOO_MANY)], "7f3a")
    assert [way.text for way in both] == ["`lease-watcher approve 7f3a --reason WHY` allows exactly these"]


@pytest.mark.parametrize("brake", [brake for brake in BRAKES if not brake.approvable])
def test_no_approval_is_named_where_none_helps(brake: Brake) -> None:
    assert "approve" not in on(brake).way_out("7f3a").text


def test_every_brake_has_a_word_and_a_title_of_its_own() -> None:
    assert len({brake.word for brake in BRAKES}) == len({brake.title for brake in BRAKES}) == len(BRAKES)


def test_a_way_is_told_around_what_is_to_be_typed() -> None:
    typed = WayOut.by_typing("lease-watcher status", before="first ", after=" shows it")
    assert typed.around == ("first ", " shows it")
    assert WayOut(text="wait for it").around == ("wait for it", "")
