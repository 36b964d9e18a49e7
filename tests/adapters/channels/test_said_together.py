"""A message is all that its reader has: what its headline counts it lists; what it asks can be done by it.

Every kind of event, of 1, 5 and 120 accounts, and mixtures, as every channel renders it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import unescape

import pytest

from tests.adapters.channels.stage import digest
from tests.builders import NOW, H, M
from tests.every_kind import COUNTS, announced, presented_to_people, told, warned_of_a_halt
from watcher.adapters.channels.alerts import alerts
from watcher.adapters.channels.kinds.ntfy import NtfyNotifier
from watcher.adapters.channels.kinds.pagerduty import documents
from watcher.adapters.channels.mail.html import digest_html
from watcher.adapters.channels.slack_message import MOST, message
from watcher.adapters.channels.text import digest_text, fitted_text
from watcher.adapters.channels.told import Told
from watcher.adapters.channels.view import view_of
from watcher.messages.clauses import Role
from watcher.messages.events import Event, EventKind, Severity
from watcher.messages.words import TOLD
from watcher.texts.times import GLUE

Render = Callable[[Sequence[Event]], str]


def texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value.replace(GLUE, " ")
        case dict():
            for each in value.values():
                yield from texts(each)
        case list():
            for each in value:
                yield from texts(each)


def of_html(page: str) -> str:
    body = page.partition("<h1>")[2].replace(GLUE, " ")
    return re.sub(r"[ \t]+", " ", unescape(re.sub(r"</?(?:span|code|b)[^>]*>", "", body).replace("<", "\n<")))


def of_slack(events: Sequence[Event]) -> str:
    """One line a bullet, as it is shown: a command stands in the middle of its sentence."""
    lines: list[str] = []

    def read(block: object) -> None:
        match block:
            case {"type": "rich_text_section", "elements": list(elements)}:
                lines.append("".join(one["text"] for one in elements))
            case dict():
                for each in block.values():
                    read(each)
            case list():
                for each in block:
                    read(each)
            case str():
                lines.append(block)

    read(message(digest(*events))["blocks"])
    return "\n".join(lines)


CHANNELS: dict[str, tuple[int, Render]] = {
    "text": (200, lambda events: digest_text(digest(*events))),
    "mail": (200, lambda events: of_html(digest_html(digest(*events)))),
    "slack": (MOST, of_slack),
    "ntfy": (NtfyNotifier.most, lambda events: fitted_text(digest(*events), 3_600)),
    "pagerduty": (1, lambda events: "\n".join(texts(list(documents(digest(*events)))))),
    "alertmanager": (1, lambda events: "\n".join(texts(alerts(view_of(digest(*events)), (), events[0].at)))),
}


def mixtures() -> Iterator[tuple[str, list[Event]]]:
    for kind in EventKind:
        for count in COUNTS:
            yield f"{kind.value} {count}", told(kind, count)
    for count in COUNTS:
        halted = [presented_to_people(event, keep=False) for event in announced(count, halt=True)]
        usual = told(EventKind.RELEASE_ANNOUNCED, count)
        paused = [presented_to_people(event, keep=False) for event in warned_of_a_halt(count)]
        yield f"all will be halted {count}", halted
        yield f"some will be halted {count}", [*halted[: (count + 1) // 2], *usual[(count + 1) // 2 :]]
        yield f"warned of a pause {count}", paused
        missed, paid = told(EventKind.DEADLINE_MISSED, count), told(EventKind.RENEWAL_PAID, count)
        same = [
            replace(two, period=one.period, handle=one.handle, account=one.account, cents=one.cents)
            for one, two in zip(missed, paid, strict=True)
        ]
        yield f"missed and paid {count}", [*missed, *same[::2], *paid]


CASES = [
    pytest.param(events, *CHANNELS[channel], id=f"{channel}: {name}")
    for name, events in mixtures()
    for channel in CHANNELS
]


def messages_of(events: Sequence[Event], most: int) -> Iterator[Sequence[Event]]:
    """As the courier hands them over: so many at a time."""
    return (events[first : first + most] for first in range(0, len(events), most))


DEMAND = re.compile(
    r"\bunless [^;\n]*?\b(approved|ended|put right|given back|accepts?|read|succeeds|lifted|lowered)\b[^;\n]*"
)
"""Something that somebody has to do."""
BY = re.compile(r" (by|before) \w{3}\s\d|at once|too late")


@pytest.mark.parametrize(("events", "most", "render"), CASES)
def test_what_a_message_asks_of_people_can_be_done_by_it_alone(events, most, render):
    """Headed with "$600.00 will not be saved unless 4 releases are approved", a message listed one that goes
    on by itself, and no command.
    """
    for those in messages_of(events, most):
        text = render(those)
        for demand in DEMAND.finditer(text):
            assert BY.search(demand[0]), demand[0]
            assert "$" in text
            match demand[1]:
                case "approved":
                    assert "lease-watcher approve " in text, demand[0]
                case "ended" if "in the configuration" not in demand[0]:
                    assert "lease-watcher resume" in text, demand[0]
                case _:
                    pass


@pytest.mark.parametrize("kind", EventKind)
def test_whatever_is_wrong_is_told_with_what_to_do_about_it(kind):
    """A quarantine, a clock that is off and unknown use said what is wrong, and nobody knew what to do."""
    for event in told(kind, 1):
        if event.severity is not Severity.INFO:
            roles = {clause.role for clause in event.clauses}
            # Of what is paid there is only the next time.
            assert roles & ({Role.NEXT} if kind is EventKind.RENEWAL_PAID else {Role.DO, Role.KEEP}), (
                event.text
            )


PART = re.compile(r"\(([\d,]+) of them (is|are) told here, ")
"""Of a decision that is about more."""
SUM = re.compile(r"\$[\d,]+\.\d\d")


@pytest.mark.parametrize(("events", "most", "render"), CASES)
def test_what_a_headline_counts_is_listed_below_it(events, most, render):
    """A part of what one decision was about had the count and the sum of the whole above it, and none of its
    own.
    """
    for those in messages_of(events, most):
        view = view_of(digest(*those))
        if view.speaks_for_itself or not view.listed:
            continue  # its own words are the headline
        text = render(those)
        for phrase in view.summary.split("; "):
            if part := PART.search(phrase):
                phrase = phrase[part.start() :]
            count, about = counted_in(phrase, view.listed)
            assert count == len(about), phrase
            if sums := SUM.findall(phrase):
                assert sum(map(cents, sums)) == sum(each.cents or 0 for each in about), phrase
                assert [each.who for each in about if not stands_with_its_price(each, text)] == [], phrase


def counted_in(phrase: str, listed: Sequence[Told]) -> tuple[int, list[Told]]:
    """How many of what a phrase of the headline is about, and all that is of it in the message."""
    for kind in EventKind:
        for words in TOLD[kind]:
            if found := re.match(rf"([\d,]+) {words}\b(?! unread)", phrase):
                about = [each for each in listed if each.kind is kind]
                if words == TOLD[kind][len(about) > 1]:
                    return int(found[1].replace(",", "")), about
    lost = [each for each in listed if each.will_be_lost]
    if part := PART.match(phrase):
        return int(part[1].replace(",", "")), lost
    if found := re.match(r"\$[\d,.]+ will not be saved unless (?:([\d,]+) releases|the)", phrase):
        return int((found[1] or str(len(lost))).replace(",", "")), lost
    raise AssertionError(f"a headline that counts something else: {phrase}")


def cents(money: str) -> int:
    return int(money.replace("$", "").replace(",", "").replace(".", ""))


def stands_with_its_price(each: Told, text: str) -> bool:
    """Not only in a sum above it."""
    return any(
        each.money in text[max(found.start() - 120, 0) : found.start() + 400]
        for found in re.finditer(re.escape(each.who), text)
    )


def test_a_headline_names_the_first_deadline_of_all_that_its_command_approves():
    """It named $4,050.00, 27 releases and Thursday 08:35; its command approved 30, the first of them due a
    day sooner. Whoever read the newest mail alone lost $300.00.
    """
    events = [presented_to_people(event, keep=False) for event in announced(5, halt=True)]
    whole = "$749.00 will not be saved unless 5 releases are approved, the first by Tue 19 May 18:35 UTC"
    assert view_of(digest(*events)).summary == whole
    assert view_of(digest(*events[3:])).summary == f"{whole} (2 of them are told here, $299.00)"
    assert view_of(digest(*events[4:])).summary == f"{whole} (1 of them is told here, $150.00)"
    approve = next(way for way in events[4].clauses if way.command)
    assert approve.text.endswith("allows 5 releases ($749.00), the first by Tue 19 May 18:35 UTC")
    assert f"{whole} (1 of them is told here, $150.00)" in digest_text(digest(*events[4:]))


def test_once_the_first_of_them_is_too_late_a_headline_is_about_those_told():
    events = [presented_to_people(event, keep=False) for event in announced(5, halt=True)]
    late = replace(digest(*events[3:]), at=NOW + 30 * H + 40 * M)
    assert view_of(late).summary == (
        "$299.00 will not be saved unless 2 releases are approved, the first by Tue 19 May 19:05 UTC"
    )
