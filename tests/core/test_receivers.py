"""What became of one delivery at each of several receivers."""

from collections.abc import Collection

import pytest

from tests.builders import NOW
from watcher.messages.events import Event, EventKind
from watcher.messages.outbox import Message, QueuedMessage
from watcher.messages.receivers import Reached, Receivers, given_up_on, has_a_receiver, reached

EVENT = Event(kind=EventKind.NOTIFIER_TEST, key="k", at=NOW, what="")


def message(
    id: int = 1, *, had: Collection[str] = (), refused_by: Collection[str] = (), receiver: str | None = None
) -> QueuedMessage:
    return QueuedMessage(
        id=id,
        message=Message(notifier="mail", event=EVENT, live=True),
        queued_at=NOW,
        had=frozenset(had),
        refused_by=frozenset(refused_by),
        receiver=receiver,
    )


TOOK = Receivers(took=frozenset({"ann", "bob"}), refused={"cid": "no such box"}, put_off={"dee": "box full"})


def test_what_is_new_at_each_receiver_is_noted() -> None:
    messages = [message(1, had={"ann"}, refused_by={"cid"}), message(2), message(3, receiver="ann")]
    assert list(reached(messages, TOOK)) == [
        Reached(message=1, receiver="bob"),
        Reached(message=2, receiver="ann"),
        Reached(message=2, receiver="bob"),
        Reached(message=2, receiver="cid", why="no such box"),
    ]


def test_who_put_it_off_until_it_is_tried_no_more_never_gets_it() -> None:
    messages = [
        message(1),
        message(2, had={"dee"}),
        message(3, refused_by={"dee"}),
        message(4, receiver="dee"),
    ]
    assert list(given_up_on(messages, TOOK)) == [Reached(message=1, receiver="dee", why="box full")]


@pytest.mark.parametrize(
    ("one", "receivers", "has"),
    [
        pytest.param(message(), Receivers(), True, id="a channel that tells of none"),
        pytest.param(message(), Receivers(refused={"ann": "no"}), False, id="all refuse"),
        pytest.param(message(refused_by={"ann"}), Receivers(), False, id="all refused before"),
        pytest.param(message(had={"bob"}), Receivers(refused={"ann": "no"}), True, id="one had it before"),
        pytest.param(
            message(), Receivers(took=frozenset({"bob"}), refused={"ann": "no"}), True, id="one takes it"
        ),
        pytest.param(message(receiver="ann"), Receivers(refused={"ann": "no"}), True, id="for one alone"),
    ],
)
def test_somebody_got_it(one: QueuedMessage, receivers: Receivers, has: bool) -> None:
    assert has_a_receiver(one, receivers) is has
