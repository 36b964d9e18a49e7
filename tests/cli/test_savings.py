"""`savings`, as it is typed."""

import json

import pytest

from tests.cli.desk import Desk, H


def test_without_a_ledger_nothing_is_known(at_desk: Desk) -> None:
    said = at_desk.run("savings")
    assert said.code == 0
    assert "The ledger remembers no turn of that time." in said.out
    assert "Saved          $0.00  0 renewals" in said.out


def test_a_span_is_until_now_at_most(at_desk: Desk) -> None:
    """A renewal that is still to come today is not saved yet."""
    at_desk.run("run", "--once")
    at_desk.pass_time(2 * H)
    said = at_desk.run("savings", "--since", "2026-05-01", "--until", "2026-05-18", "--format", "json")
    found = json.loads(said.out)
    assert (found["since"], found["until"]) == ("2026-05-01T00:00:00Z", "2026-05-18T14:00:00Z")
    assert found["known_since"] == "2026-05-18T12:00:00Z"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--since", "yesterday"), "--since yesterday: must be a span before now such as 7d"),
        (("--since", "1h", "--until", "2h"), "--until 2h is not after --since 1h"),
        (("--since", "2026-05-19"), "now is not after --since 2026-05-19"),
    ],
)
def test_what_cannot_be_is_told(at_desk: Desk, words: tuple[str, ...], told: str) -> None:
    said = at_desk.run("savings", *words)
    assert (said.code, said.out) == (2, "")
    assert told in said.told
