from dataclasses import replace

from tests.every_kind import told
from tests.pictures.slack import digest, page
from watcher.adapters.channels.slack_message import message
from watcher.messages.events import EventKind


def test_the_picture_shows_every_part_of_the_message_and_runs_none_of_it():
    (event,) = told(EventKind.CLOCK_OFF, 1)
    hostile = replace(event, what="@<!channel> <img src=x onerror=alert(1)> will be released")
    shown = page(message(replace(digest(), events=(*digest().events, hostile))))
    assert "&lt;!channel&gt; &lt;img src=x onerror=alert(1)&gt; will be released" in shown
    assert "<img" not in shown
    assert all(
        word in shown
        for word in ("24 releases are approved, the first by", "<code>lease-watcher", "212 accounts in use")
    )
