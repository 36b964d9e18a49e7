"""Each history comes out as it was recorded, to the letter.

A difference is a change of behaviour: mend it, or write down why it is wanted (an ADR) and record anew with
`python -m tests.histories --record [NAME…]`.
"""

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.histories.absent import absent
from tests.histories.catalogue import HISTORIES
from tests.histories.recorded import file_of, recorded

_SHOWN = 120


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_comes_out_as_it_was_recorded(name: str, tmp_path: Path) -> None:
    was, now = file_of(name).read_text(encoding="utf-8"), HISTORIES[name].text(tmp_path)
    if was != now:
        (tmp_path / f"{name}.txt").write_text(now, encoding="utf-8")
        lines = list(unified_diff(was.splitlines(), now.splitlines(), "recorded", "now", lineterm="", n=4))
        more = f"\n… and {len(lines) - _SHOWN} lines more" if len(lines) > _SHOWN else ""
        pytest.fail("\n".join(lines[:_SHOWN]) + more, pytrace=False)


def test_nothing_is_recorded_of_what_is_no_history_any_more() -> None:
    assert recorded() == set(HISTORIES)


def test_few_closed_words_stand_in_no_history() -> None:
    """Each that does not could change untold; those that cannot be seen are named in `tests.histories`.

    Why a message that waited was put aside is held for every kind by `core/test_stale`, how one is worded
    that ripens later by `core/test_ripening`, what the health of an account leads to by
    `must_never/test_14_health`, and what a key or a ledger that was put back is the cause of by
    `turn/test_paid`.
    """
    assert len(list(absent())) <= 31
