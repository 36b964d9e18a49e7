"""What becomes of a mutant: first the tests of the core are asked, then all others that reach it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.planting import ROOT

ADDING = '''
"""A module as mutmut leaves it, with mutants of each kind inside."""

from functools import lru_cache

from tests.mutants.planting import planted


def x_total__mutmut_orig(first, second):
    return first + second


def x_total__mutmut_1(first, second):
    return first - second


def x_total__mutmut_2(first, second):
    return first + abs(second)


def x_total__mutmut_3(first, second):
    return second + first


def x_total__mutmut_4(first, second):
    while True:
        pass


def x_half__mutmut_orig(number):
    return number // 2


def x_half__mutmut_1(number):
    return number / 2


def x_third__mutmut_orig(number):
    return number // 3


def x_third__mutmut_1(number):
    return number / 3


def x_nobody_asks__mutmut_orig():
    return 0


def x_nobody_asks__mutmut_1():
    return 1


def made(name):
    bodies = {one: body for one, body in globals().items() if one.startswith(f"x_{name}__mutmut_")}
    original = bodies[f"x_{name}__mutmut_orig"]
    return planted({**bodies, "_mutmut_orig": original})(original)


total, half, nobody_asks = made("total"), made("half"), made("nobody_asks")
third = lru_cache(made("third"))
'''
CORE = """
from watcher_adding import third, total


def test_two_and_two_are_four():
    assert total(2, 2) == 4


def test_a_third_of_five_is_one():
    assert third(5) == 1
"""
OTHERS = """
from watcher_adding import half, total


def test_what_is_taken_away_is_added_below_nothing():
    assert total(2, -2) == 0


def test_half_of_three_is_one():
    assert half(3) == 1


def test_that_fails_by_itself():
    assert total(2, 2) + half(2) == 0
"""
CONFTEST = """
import gc


def pytest_collection_finish():
    gc.freeze()
"""
ASKING = """
import sys
from pathlib import Path

import pytest

from tests.mutants.planting import Mutant
from tests.mutants.trying import Trying

NAMES = ["total__mutmut_1", "total__mutmut_2", "total__mutmut_3", "total__mutmut_4"]
NAMES += ["half__mutmut_1", "third__mutmut_1", "nobody_asks__mutmut_1"]
told = []
trying = Trying(
    mutants=[Mutant(module="watcher_adding", function="", name=f"x_{one}", change="") for one in NAMES],
    seconds=1,
    again=float(sys.argv[1]),
    told=lambda mutant, fate, killer: told.append((mutant.name[2:], str(fate), killer.rpartition("::")[2])),
    core=Path("core").resolve(),
)
pytest.main(["-q", "-c", "pytest.ini", "-p", "no:cacheprovider", "-p", "no:randomly"], plugins=[trying])
print(*(" / ".join(one) for one in told), *trying.left_out, sep="\\n", file=sys.stderr)
"""
AT_FIRST = [
    "total__mutmut_1 / killed / test_two_and_two_are_four",
    "total__mutmut_4 / killed / test_two_and_two_are_four",
    "third__mutmut_1 / killed / test_a_third_of_five_is_one",
    "nobody_asks__mutmut_1 / unreached / ",
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "watcher_adding.py": ADDING,
        "core/test_core.py": CORE,
        "test_others.py": OTHERS,
        "conftest.py": CONFTEST,
        "pytest.ini": "[pytest]\n",
        "asking.py": ASKING,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def fates(project: Path, again: float) -> set[str]:
    done = subprocess.run(
        [sys.executable, "asking.py", str(again)],
        cwd=project,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.splitlines())


def test_what_the_core_s_tests_do_not_see_is_asked_of_the_others_that_reach_it(project: Path) -> None:
    assert fates(project, again=5) == {
        *AT_FIRST,
        "total__mutmut_2 / killed when asked again / test_what_is_taken_away_is_added_below_nothing",
        "total__mutmut_3 / survived / ",
        "half__mutmut_1 / killed when asked again / test_half_of_three_is_one",
        "test_others.py::test_that_fails_by_itself",  # and kills nothing
    }


def test_without_seconds_for_it_nothing_is_asked_again(project: Path) -> None:
    assert fates(project, again=0) == {
        *AT_FIRST,
        "total__mutmut_2 / survived / ",
        "total__mutmut_3 / survived / ",
        "half__mutmut_1 / unreached / ",
    }
