"""Cron lines are checked lightly, and their longest gap counts as the poll."""

from contextlib import suppress
from datetime import UTC, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from watcher.settings.notation import longest_gap


@pytest.mark.parametrize(
    ("line", "gap"),
    [
        ("* * * * *", timedelta(minutes=1)),
        ("*/15 * * * *", timedelta(minutes=15)),
        ("*/40 * * * *", timedelta(minutes=40)),
        ("0 * * * *", timedelta(hours=1)),
        ("0,30 8-18 * * *", timedelta(hours=13, minutes=30)),
        ("5 3 * * *", timedelta(days=1)),
        ("0 12 * * mon-fri", timedelta(days=3)),
        ("0 12 * * MON", timedelta(days=7)),
        ("0 0 1 * *", timedelta(days=31)),
        ("0 0 1 jan,jul *", timedelta(days=184)),
        ("0 0 29 2 *", timedelta(days=1461)),
        ("10/20 * * * *", timedelta(minutes=20)),
    ],
)
def test_the_longest_gap_of_a_line(line: str, gap: timedelta) -> None:
    assert longest_gap(line) == gap


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("* * * * * *", "five fields"),
        ("60 * * * *", "minute: must be"),
        ("* 24 * * *", "hour: must be"),
        ("* * 0 * *", "day of month: must be"),
        ("* * * 13 *", "month: must be"),
        ("*/0 * * * *", "minute: must be"),
        ("5- * * * *", "minute: must be"),
        ("x * * * *", "minute: must be"),
        ("30-10 * * * *", "from the smaller to the larger"),
        ("0 0 30 2 *", "a day that does not come"),
        ("0 0 * * 1", "by name"),
        ("0 0 * * 0-4", "by name"),
        ("0 0 * * sonntag", "day of week: must be"),
    ],
)
def test_a_bad_line_is_refused(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        longest_gap(line)


def test_what_passes_the_check_is_what_the_scheduler_takes() -> None:
    """`*/12` of the months and `6-dec` passed, and the daemon's scheduler raised over them at its start; of
    `mon-fri/2` it forgot the step.
    """
    fields = [
        ("*", "*/7", "*/59", "0", "5-9", "9-9/3", "50/2", "50/20", "1,2,3-9/2"),
        ("*", "*/23", "8-18/2", "11,23"),
        ("*", "*/30", "1", "2-4/4", "29/2"),
        ("*", "*/11", "*/12", "6-dec", "jan-jun", "jan-dec/2", "jan/2", "2-8/3", "feb,nov"),
        ("*", "*/2", "*/6", "mon", "mon-fri", "mon-fri/2", "sat,sun"),
    ]
    taken = 0
    for place, texts in enumerate(fields):
        for text in texts:
            line = " ".join(text if other == place else "*" for other in range(5))
            passed = False
            with suppress(ValueError):
                passed = longest_gap(line) > timedelta()
            if passed:
                taken += 1
                CronTrigger.from_crontab(line, timezone=UTC)
    assert taken > 20
    for part, line in (("month", "* * * jan-dec/2 *"), ("day of week", "* * * * mon-fri/2")):
        with pytest.raises(ValueError, match=f"{part}: names stand alone"):
            longest_gap(line)
