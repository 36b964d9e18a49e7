"""What `make mutants` prints: which mutants survive, how many each ask killed, and whether that is enough."""

from io import StringIO

import pytest

from tests.mutants.__main__ import Fates, told
from tests.mutants.planting import Mutant
from tests.mutants.trying import Fate

DECIDES = "watcher.rules.window"
OTHER = "watcher.texts.times"


def of(module: str, *fates: Fate) -> Fates:
    return {
        Mutant(module=module, function="of", name=f"x_of__mutmut_{at}", change=f"+ {at}"): fate
        for at, fate in enumerate(fates)
    }


def test_each_survivor_is_named_and_each_ask_has_its_count() -> None:
    out = StringIO()
    fates = of(OTHER, *[Fate.KILLED] * 17, Fate.KILLED_AGAIN, Fate.SURVIVED, Fate.UNREACHED)
    assert told(fates, {(OTHER, "of", "+ 19"): "It changes nothing."}, out) == 0
    assert out.getvalue().splitlines() == [
        "watcher.texts.times of: survived",
        "+ 18",
        "",
        f"{OTHER:50}    18 of   20",
        "18 of 20 killed: 90.0%; of all such mutants 69.9% to 97.2%",
        "17 by a few tests of tests/core, 1 when all quick tests were asked",
        "1 survive for a reason, 1 without",
    ]


@pytest.mark.parametrize(
    ("module", "killed", "survive", "known", "ends"),
    [
        pytest.param(OTHER, 90, 10, False, 0, id="nine of ten of the rest"),
        pytest.param(OTHER, 89, 11, False, 1, id="fewer than nine of ten"),
        pytest.param(DECIDES, 99, 1, False, 1, id="one that decides, and no reason"),
        pytest.param(DECIDES, 99, 1, True, 0, id="one that decides, for a reason"),
    ],
)
def test_too_few_killed_and_one_that_decides_without_a_reason_are_refused(
    module: str, killed: int, survive: int, known: bool, ends: int
) -> None:
    fates = of(module, *[Fate.KILLED] * killed, *[Fate.SURVIVED] * survive)
    reasons = {(module, "of", f"+ {killed}"): "It changes nothing."} if known else {}
    assert told(fates, reasons, StringIO()) == ends
