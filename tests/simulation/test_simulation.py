"""A few simulated months with nothing wrong; the many are `make prove`, and slow.

A seed that fails is played again, with its story, by `python -m tests.simulation --seed N`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation import __main__ as main
from tests.simulation import prove
from tests.simulation.faults import FAULTS
from tests.simulation.hunt import MOST, planted_in
from tests.simulation.kept import kept_seeds
from tests.simulation.oracle import Judged
from tests.simulation.oracle.case import Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.people import PEOPLE
from tests.simulation.planted import PLANTED
from tests.simulation.prove import Proof, Result, command, play, result_of, shrunk, story
from tests.simulation.seeded import History, history
from tests.simulation.variety import MORE

FEW = (24, 25, 13)
"""Of these the first has its ledger on disk, the second shards, and the last two processes on one ledger."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", FEW)
def test_simulated_months_have_nothing_wrong(seed: int) -> None:
    one = history(seed)
    whole, judged = play(one)
    assert [str(each) for each in judged.violations] == [], "\n".join(story(one, whole, judged))
    assert judged.figures.released > 0, "or it would have shown nothing"
    assert "Violations: 0" in list(_proof(seed, judged).text())


def _proof(seed: int, judged: Judged) -> Proof:
    proof = Proof()
    proof.add(Result(seed=seed, judged=judged))
    return proof


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Histories fail if these happenings are in them; nothing is played."""
    needed: set[int] = set()

    def play(one: History) -> tuple[None, Judged]:
        found = (Violation(rule="wrong release", at=one.start, text="sa_1"),)
        return None, Judged(violations=found if needed <= one.happens.keys() else (), figures=Figures())

    monkeypatch.setattr(prove, "play", play)
    return needed


@pytest.mark.parametrize("needed", [set(), {0}, {1, 3}])
def test_a_failing_history_is_told_without_what_it_does_not_need(needed: set[int], failing: set[int]) -> None:
    failing |= needed
    violations = result_of(9).judged.violations
    least, found = shrunk(9, violations)
    assert set(least.happens) == needed
    assert found == violations


def test_the_first_failing_seed_is_told_with_one_command_and_exit_1(
    failing: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    failing |= {1}
    assert main.prove(range(9, 11), processes=1) == 1
    out, err = capsys.readouterr()
    left_out = ",".join(str(n) for n in history(9).happens if n != 1)
    assert out.splitlines()[-1] == f"Play it again: python -m tests.simulation --seed 9 --without {left_out}"
    assert "Violations: 2, in 2 histories" in out
    assert "Seed 9: " in out, "its story"
    assert err.splitlines()[:2] == ["seed 9: 1 violation", "seed 10: 1 violation"], "no bar in a pipe"


def test_where_nothing_is_found_the_exit_is_0(failing: set[int], capsys: pytest.CaptureFixture[str]) -> None:
    failing |= {10_000}
    assert main.prove(range(9, 11), processes=1) == 0
    assert "Violations: 0" in capsys.readouterr().out


def test_seeds_that_are_kept_are_played_first_and_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    played: list[int] = []

    def results(seeds: list[int], _: int) -> Iterator[Result]:
        played.extend(seeds)
        yield from ()

    monkeypatch.setattr(main, "results", results)
    main.prove(range(9, 12), processes=1, kept=(700, 10))
    assert played == [700, 10, 9, 11]


def test_each_seed_that_is_kept_says_what_it_found(tmp_path: Path) -> None:
    assert all(why.strip() for why in kept_seeds().values())
    file = tmp_path / "kept.toml"
    file.write_text('[seeds]\n17 = "told twice"\n', encoding="utf-8")
    assert kept_seeds(file) == {17: "told twice"}


def test_what_was_saved_is_told_against_what_could_have_been() -> None:
    proof = Proof(figures=Figures(periods=9, saved_cents=99_900, missed_cents=100, spoilt_cents=100_000))
    (money,) = (line for line in proof.text() if "saved" in line)
    assert money == (
        "$999.00 a month saved, 99.90% of what was possible; 49.95% if no fault but downtime were an excuse"
    )
    proof.seconds = 3.0
    assert "180 lease periods a minute of CPU, which took 3 s of it" in list(proof.text())


def test_what_ends_by_an_exception_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(prove, "played", ends)
    (found,) = result_of(1).judged.violations
    assert (found.rule, found.text) == ("ended by an exception", "RuntimeError: a defect")


def test_one_seed_is_one_history() -> None:
    assert history(5) == history(5)
    assert history(5) != history(6)


def test_within_few_seeds_everything_happens_that_can() -> None:
    drawn = {type(one) for seed in range(1, 61) for one in history(seed).happenings}
    assert drawn == {*FAULTS, *PEOPLE, *MORE}


def test_what_is_left_out_does_not_happen_and_changes_nothing_else() -> None:
    whole = history(9)
    assert len(whole.happenings) > 2
    least = history(9, frozenset({0, 2}))
    assert least.happens == {n: one for n, one in whole.happens.items() if n not in (0, 2)}
    assert command(least) == "python -m tests.simulation --seed 9 --without 0,2"
    assert command(whole) == "python -m tests.simulation --seed 9"


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_has_a_seed_that_can_show_it(name: str) -> None:
    bug = PLANTED[name]
    assert 1 <= bug.seed <= MOST
    assert bug.shows(history(bug.seed))


def test_the_documentation_lists_every_planted_bug() -> None:
    page = (Path(__file__).parents[2] / "docs" / "proof.md").read_text(encoding="utf-8")
    rows = [f"| {name} | {bug.found_by} | {bug.seed} |" for name, bug in PLANTED.items()]
    table = page.split("| bug | found as | seed |\n|---|---|---|\n")[1].split("\n\n")[0]
    assert table.splitlines() == rows


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_found_and_nothing_where_it_is_not(name: str) -> None:
    bug = PLANTED[name]
    assert planted_in(bug, bug.seed) != ()
    assert result_of(bug.seed).judged.violations == ()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", FEW[1:])
def test_one_seed_is_played_the_same_way_again(seed: int) -> None:
    first, second = (play(history(each))[0] for each in (seed, seed))
    assert first is not None
    assert second is not None
    assert first.story == second.story
    assert first.wire.delivered == second.wire.delivered
