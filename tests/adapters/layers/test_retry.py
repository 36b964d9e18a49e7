from datetime import UTC, datetime, timedelta

import pytest

from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered, retry_after
from watcher.adapters.layers.session import LONGEST, pause

NOW = datetime(2026, 4, 20, 12, 0, 0, tzinfo=UTC)
SILENCE = Unanswered(trouble=WhyUnanswered.NO_ANSWER, detail="")


def answer(**headers: str) -> Answer:
    return Answer(
        status=429, headers={name.replace("_", "-"): text for name, text in headers.items()}, body=b""
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("60", 60),
        ("61", 60),
        ("9" * 5000, 60),
        ("Mon, 20 Apr 2026 12:00:09 GMT", 9),
        ("Mon, 20 Apr 2026 13:00:00 GMT", 60),
        ("Mon, 20 Apr 2026 11:00:00 GMT", 0),
        ("Mon, 20 Apr 2026 12:00:09 -0000", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٧", None),
        ("", None),
    ],
)
def test_retry_after_is_understood_in_both_forms_and_capped(text, seconds):
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(answer(retry_after=text), NOW, longest=LONGEST) == expected


def test_a_date_is_held_against_the_clock_of_who_sent_it():
    said = answer(retry_after="Mon, 20 Apr 2026 09:00:05 GMT", date="Mon, 20 Apr 2026 09:00:00 GMT")
    assert retry_after(said, NOW, longest=LONGEST) == timedelta(seconds=5)


def test_without_a_word_the_waits_double():
    waits = [pause(SILENCE, attempt=attempt, now=NOW, jitter=0.0) for attempt in (1, 2, 3)]
    assert waits == [timedelta(seconds=0.5), timedelta(seconds=1), timedelta(seconds=2)]


def test_jitter_takes_up_to_half_off():
    assert pause(SILENCE, attempt=2, now=NOW, jitter=1.0) == timedelta(seconds=0.5)


def test_what_the_answer_asks_for_is_waited_exactly():
    assert pause(answer(retry_after="3"), attempt=1, now=NOW, jitter=0.9) == timedelta(seconds=3)
