"""Several receivers behind one notifier: each gets a message once, and one that is gone stops nobody."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.adapters.channels.post_office import post_office
from tests.builders import NOW, D, waiting_in
from tests.stage import LATTE, OPENS, in_memory
from tests.stage import NOW as BEGIN
from tests.turn.office import Channel, M, Post, event
from watcher.messages.events import EventKind
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed, Receivers, Rejected

GOOD, GONE = "good@example.com", "gone@example.com"


@dataclass
class Boxes:
    """The answer of a channel with two receivers; what each has got."""

    gone: str = "550"
    got: dict[str, list[str]] = field(default_factory=lambda: {GOOD: [], GONE: []})
    whole: Delivery | None = None

    def __call__(self, digest: Digest) -> Delivery:
        if self.whole is not None:
            return self.whole
        took, refused = set(), {}
        for name in (GOOD, GONE) if digest.only is None else (digest.only,):
            keys = [
                one.key
                for one in digest.events
                if name not in digest.had.get(one.key, ()) and name not in digest.refused_by.get(one.key, ())
            ]
            if keys and name == GONE and self.gone:
                refused[name] = f"answered {self.gone}"
            elif keys:
                self.got[name] += keys
                took.add(name)
        if refused and self.gone.startswith("4"):
            return Postponed(why="some", receivers=Receivers(took=frozenset(took), put_off=refused))
        return Accepted(receivers=Receivers(took=frozenset(took), refused=refused))


def test_who_has_a_message_does_not_get_it_again_at_each_try(post: Callable[..., Post]) -> None:
    """What each had accepted lived in the memory of a process that ended with its turn: the same mail came
    at every try, hundreds of times in a week.
    """
    office = post(Channel("ops", boxes := Boxes(gone="451")))
    office.queue(event("a"))
    for tries in range(5):
        office.tell(NOW + tries * 20 * M)
    office.queue(event("b"))
    office.tell(NOW + 2 * 60 * M)
    assert boxes.got == {GOOD: ["a", "b"], GONE: []}
    boxes.gone = ""
    office.tell(NOW + 3 * 60 * M)
    assert (boxes.got, waiting_in(office.ledger, "ops")) == ({GOOD: ["a", "b"], GONE: ["a", "b"]}, [])


def test_who_refuses_for_good_is_a_dead_letter_of_its_own(post: Callable[..., Post]) -> None:
    office = post(Channel("ops", boxes := Boxes()), Channel("boss"))
    office.queue(event("a"))
    assert office.tell() == 1, "it is counted, until somebody looks at it"
    (letter,) = office.ledger.undelivered()
    assert (letter.notifier, letter.receiver, letter.why) == ("ops", GONE, "answered 550")
    assert waiting_in(office.ledger, "ops") == []

    told = [one.text for digest in office.channels[1].got for one in digest.events]
    assert told[1:] == [
        f"{GONE} does not take what others get from ops (answered 550): 1 message was given up for it alone; "
        "look at the notifier's receivers; `lease-watcher outbox` shows what was given up, to retry or to "
        "drop it"
    ]
    assert EventKind.DELIVERY_FAILED in {one.kind for one in office.channels[0].got[-1].events}, (
        "so do the others"
    )
    office.tell(NOW + M)
    assert len(office.ledger.undelivered()) == 1, "no letters about letters"

    office.ledger.retry_messages([letter.id], at=NOW + M)
    boxes.gone = ""
    assert office.tell(NOW + 2 * M) == 0
    assert [boxes.got[name].count("a") for name in (GOOD, GONE)] == [1, 1]
    assert office.ledger.undelivered() == []


def test_one_who_always_puts_it_off_is_given_up_on_after_a_week_and_the_others_count(
    post: Callable[..., Post],
) -> None:
    office = post(Channel("ops", Boxes(gone="452")))
    office.queue(event("a"))
    office.tell()
    office.tell(NOW + 7 * D)
    letter, about_it = office.ledger.undelivered()
    assert (letter.receiver, letter.why) == (GONE, "answered 452")
    assert (about_it.kind, about_it.receiver, about_it.given_up_at) == ("delivery.failed", None, None)


@pytest.mark.parametrize(
    "broken", [Postponed(why="it broke"), Rejected(why="mend it", channel=True)], ids=["once", "refused"]
)
def test_what_some_took_before_it_broke_is_remembered(post: Callable[..., Post], broken: Delivery) -> None:
    office = post(Channel("ops", boxes := Boxes(gone="451")))
    office.queue(event("a"))
    office.tell()
    boxes.whole = broken
    office.tell(NOW + 20 * M)
    boxes.whole, boxes.gone = None, ""
    office.tell(NOW + 60 * M)
    assert boxes.got == {GOOD: ["a"], GONE: ["a"]}


def test_accepted_by_nobody_is_no_receipt(post: Callable[..., Post]) -> None:
    office = post(Channel("ops", lambda _: Accepted(receivers=Receivers(refused={GONE: "550", GOOD: "550"}))))
    office.queue(event("a"))
    office.tell()
    assert {one.receiver for one in office.ledger.undelivered()} == {None, GONE, GOOD}


def test_a_departed_colleague_stops_no_release_and_nobody_is_told_twice(tmp_path: Path) -> None:
    """Through real SMTP, with a process for each turn."""
    with post_office() as office, in_memory(tmp_path) as stage:
        office.recipients = {GONE: "550 5.1.1 gone"}
        stage.configure(
            {
                "notifiers.ops.kind": "email",
                "notifiers.ops.host": "127.0.0.1",
                "notifiers.ops.port": office.port,
                "notifiers.ops.security": "none",
                "notifiers.ops.sender": "watcher@example.com",
                "notifiers.ops.to": [GOOD, GONE],
            }
        )
        del stage.configuration["notifiers.ops.url"]
        stage.turn()
        stage.turn_at(BEGIN + 15 * M)
        stage.turn_at(OPENS)
        assert stage.released == [LATTE.id]
        texts = [str(mail.get_body(("plain",)).get_content()) for mail in office.mails]  # type: ignore[union-attr]
        assert sum("@latte on tiktok will be released in 1 d" in text for text in texts) == 1
