from dataclasses import asdict, replace

import pytest

from tests.adapters.channels.stage import digest, event, leaves
from tests.builders import IN_USE, NOW, D
from watcher.adapters.channels.conformance import HOSTILE
from watcher.adapters.channels.view import view_of
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.messages.clauses import to_keep, why
from watcher.messages.events import EventKind
from watcher.messages.problem_facts import UnreadableFacts


def test_nothing_that_is_shown_hides_or_breaks_out_of_its_line():
    told = event(text=HOSTILE, handle=HOSTILE, project=HOSTILE, facts=UnreadableFacts(code=HOSTILE))
    told = replace(told, project_name=HOSTILE, platform=HOSTILE)
    view = view_of(digest(told))
    (one,) = view.told
    shown = {name: value for name, value in asdict(one).items() if name not in ("key", "topic", "period")}
    texts = [
        text for text in leaves([shown, view.values(), view.headline, view.title]) if isinstance(text, str)
    ]
    assert sum("level=critical" in text for text in texts) > 10
    assert not any(sign in text for sign in "\r\n\x1b\x00\u202e\ud800" for text in texts)


def test_the_command_that_is_shown_by_itself_is_in_no_clause():
    text = "@a will be released; unused for 21 d; to keep it: lease-watcher hold sa_a"
    announced = replace(
        event(EventKind.RELEASE_ANNOUNCED, handle="a", text="@a will be released"),
        clauses=(why("unused for 21 d"), to_keep("lease-watcher hold sa_a")),
    )
    (one,) = view_of(digest(announced)).told
    assert one.clauses == ("@a will be released", "unused for 21 d")
    assert (one.text, one.hold) == (text, "lease-watcher hold sa_a")


def test_renewals_of_accounts_in_use_are_counted_and_not_told():
    view = view_of(digest(event(handle="a"), event(handle="b", facts=IN_USE, cents=7_500)))
    assert [one.who for one in view.told] == ["@a"]
    assert view.totals.in_use_in_words == "1 account in use will renew, $75.00"
    assert (view.totals.events, view.shown.events) == (2, 1)
    assert view.last_in_use is not None


@pytest.mark.parametrize("kind", EventKind)
def test_a_headline_counts_each_kind_of_event_in_its_own_words(kind: EventKind) -> None:
    """`4 critical` said neither what had happened nor what it cost."""
    headline = view_of(digest(event(kind), event(kind, handle="b"))).headline
    assert not any(word in headline for word in ("critical", "warning", "message", kind.value))
    assert headline.startswith("2 ") or kind is EventKind.BRAKE_HALTED


def test_a_headline_that_has_no_room_for_all_ends_between_two_things() -> None:
    kinds = (kind for kind in EventKind if kind is not EventKind.BRAKE_HALTED)
    headline = view_of(digest(*(event(kind, handle=kind.value) for kind in kinds))).headline
    assert len(headline) <= 150
    assert headline.endswith("; and more")


def test_what_is_told_stands_in_order_of_renewal_and_what_is_about_none_comes_first() -> None:
    """Warnings stood as projects were read: one of Friday below one of Sunday."""
    order = [
        replace(event(handle=handle), period=LeasePeriod(account=AccountId(handle), renews_at=NOW + days * D))
        for handle, days in (("sun", 5), ("fri", 3), ("sat", 4))
    ]
    clock = replace(event(EventKind.CLOCK_OFF), period=None, handle=None)
    view = view_of(digest(*order, clock))
    assert [one.handle for one in view.told if one.handle] == ["fri", "sat", "sun"]
    assert view.told[0].kind is EventKind.CLOCK_OFF
