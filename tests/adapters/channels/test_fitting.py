import sys
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.channels.stage import digest, event
from tests.builders import IN_USE
from watcher.adapters.channels.fitting import clipped, clipped_at_a_pause, fair_share, utf16
from watcher.adapters.channels.text import digest_text, fitted_text

SIZES = st.sampled_from([len, utf16, lambda text: len(text.encode("utf-8", "surrogatepass"))])


@given(st.text(), st.integers(3, 60), SIZES)
def test_a_clipped_text_fits_and_is_a_beginning(text, most, size):
    short = clipped(text, most, size)
    assert size(short) <= most
    assert short == text if size(text) <= most else text.startswith(short.removesuffix("…"))


@given(st.lists(st.integers(0, 1_000)), st.integers(0, 20_000))
def test_a_fair_share_fits_and_wastes_nothing(sizes, room):
    share = fair_share(sizes, room)
    assert sum(min(size, share) for size in sizes) <= room
    if sum(sizes) > room:
        assert sum(min(size, share + 1) for size in sizes) > room
    else:
        assert share == sys.maxsize


@given(st.lists(st.text(max_size=400), min_size=1, max_size=8), SIZES)
def test_a_fitted_text_fits_and_leaves_out_no_event(texts, size):
    told = digest(*(event(text=f"nr {number} {text}") for number, text in enumerate(texts)))
    text = fitted_text(told, 900, size)
    assert size(text) <= 900
    assert all(f"- nr {number} " in text for number in range(len(texts)))


def test_what_fits_is_left_as_it_is():
    told = digest(event(text="short"), event(text="it renews", handle="two", facts=IN_USE), live=False)
    assert fitted_text(told, 4_000) == digest_text(told)


def test_only_what_is_long_is_clipped():
    short, long = event(text="short"), event(text="long" * 400)
    lines = fitted_text(digest(short, long), 600).splitlines()
    assert "- short" in lines
    assert lines[-1].startswith("- longlong")
    assert lines[-1].endswith("…")
    assert len("\n".join(lines)) > 590
    assert fitted_text(digest(replace(long, what="x" * 2_000)), 600).count("x") > 480


def test_a_headline_is_cut_where_the_sentence_pauses():
    """`… due in 1 d 7 h, Tue 19 May 19:00…`: of a moment the zone was cut off, of a word its end."""
    told = "@latte will be released in 1 d 1 h, Tue 19 May 13:00 UTC at the earliest, saving $150.00"
    assert clipped_at_a_pause(told, 80) == told[: told.index(", saving")] + "…"
    refused = "@latte was refused: $150.00 will be paid unless it is given back by Mon 18 May 16:35 UTC"
    for most in range(len(refused) - 20, len(refused)):
        assert clipped_at_a_pause(refused, most).endswith(" given back…")
    assert clipped_at_a_pause("one two three four", 12) == "one two…"
    assert clipped_at_a_pause("x" * 20, 12) == "x" * 11 + "…"
    assert clipped_at_a_pause("all of it", 12) == "all of it"
