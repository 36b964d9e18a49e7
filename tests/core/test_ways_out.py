"""Every brake names the way out, and names it alike wherever it is told."""

import re
import shlex

import pytest

from tests.builders import NOW, D, account, halted
from watcher.brakes import BRAKES, Brake, Halt, kinds, ways_out
from watcher.brakes.docket import Docket, Entry, Place
from watcher.cli.parser import build_parser

ONE = account("latte")
DOCKET = Docket(
    entries=(Entry(period=ONE.period, project=ONE.project, handle="latte", price_cents=1, place=Place.DUE),)
)


def on(brake: Brake) -> Halt:
    return Halt(brake=brake, measured="so much", limit="less", project=ONE.project, lifts_at=NOW + D)


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
