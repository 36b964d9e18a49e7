"""How a text begins by itself, and where no line of it ends."""

import pytest

from watcher.texts.sentences import begun, unbroken, with_one_colon
from watcher.texts.times import GLUE


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("planned releases missed", "Planned releases missed"),
        ("over: the halt of 4 releases", "Over: the halt of 4 releases"),
        ("2 releases announced", "2 releases announced"),
        ("$150.00 will not be saved", "$150.00 will not be saved"),
        ("@latte on tiktok renews", "@latte on tiktok renews"),
        ("ops.example.com does not answer", "ops.example.com does not answer"),
        ("`lease-watcher status` says more", "`lease-watcher status` says more"),
        ("Critical: it renews", "Critical: it renews"),
        ("", ""),
    ],
)
def test_a_sentence_begins_with_a_capital_and_a_name_as_it_is(text: str, begins: str) -> None:
    """ "the release of @latte is withdrawn" stood above a message, beside "2 releases announced"."""
    assert begun(text) == begins


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("due in 1 d 7 h at last", "due in_1_d_7_h at last"),
        ("for 34 d; then", "for 34_d; then"),
        ("over after 15 min ago", "over after 15_min_ago"),
        ("by Tue 19 May 18:35 UTC or so", "by Tue_19_May_18:35_UTC or so"),
        ("on Tue 19 May 2026 it is", "on Tue_19_May_2026 it is"),
        ("by Tue 19 May 18:35 UTC+0530 or so", "by Tue_19_May_18:35_UTC+0530 or so"),
        ("by Tue 19 May 18:35 ChST or so", "by Tue_19_May_18:35_ChST or so"),
        ("renews 18–24 May at last", "renews 18–24_May at last"),
        ("costs $1,200.00 a month now", "costs $1,200.00_a_month now"),
        ("24 releases, limit 20", "24 releases, limit 20"),
        ("version 1.2 d of it", "version 1.2 d of it"),
        ("in use by 3 dogs", "in use by 3 dogs"),
        ("Tuesday 19 May", "Tuesday 19 May"),
    ],
)
def test_what_is_read_as_one_stays_on_one_line(text: str, together: str) -> None:
    assert unbroken(text) == together.replace("_", GLUE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("it renews", "it renews"),
        ("Observe mode: it renews", "Observe mode: it renews"),
        ("Critical: it is off: no release", "Critical: it is off; no release"),
        ("a: b: c: d", "a: b; c; d"),
        (
            "Critical: not done (halted: too many): it renews",
            "Critical: not done (halted: too many); it renews",
        ),
        ("by 12:00 UTC: now", "by 12:00 UTC: now"),
        (") odd: one: two", ") odd: one; two"),
        ("a: (b: (c): d): e", "a: (b: (c): d); e"),
    ],
)
def test_after_a_colon_no_other_one_follows(text: str, told: str) -> None:
    assert with_one_colon(text) == told
