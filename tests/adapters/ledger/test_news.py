"""What an observation's changed facts are told as."""

from datetime import UTC, datetime

from watcher.adapters.ledger.news import news

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)


def test_a_handle_is_told_with_one_sign_whoever_wrote_it() -> None:
    first = {
        "first_seen_at": (None, NOW.isoformat()),
        "handle": (None, "@brand"),
        "platform": (None, "tiktok"),
        "price_cents": (None, 15_000),
        "renews_at": (None, "2026-05-20T16:12:00+00:00"),
    }

    assert [*news(first, NOW), *news({"handle": ("@brand", "other")}, NOW)] == [
        ("lease.new", "First seen: @brand on tiktok, $150.00 a month, renews Wed 20 May 16:12 UTC."),
        ("handle.changed", "The handle changed from @brand to @other."),
    ]


def test_a_handle_in_which_there_is_nothing_to_read_is_none() -> None:
    """It changed "from @ to @brand", and "; " in one parted the sentence."""
    changed = ("@", "brand; co"), (None, "\N{HANGUL FILLER}")
    assert [told for one in changed for _, told in news({"handle": one}, NOW)] == [
        "The handle changed from none to @brand;co.",
        "The handle changed from none to none.",
    ]
