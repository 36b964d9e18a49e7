from tests.pictures.slack import digest, page
from watcher.adapters.channels.slack_message import message


def test_the_picture_shows_every_part_of_the_message_and_runs_none_of_it():
    shown = page(message(digest()))
    assert "&lt;!channel&gt; &lt;img src=x onerror=alert(1)&gt; will be released" in shown
    assert "<img" not in shown
    assert all(
        word in shown
        for word in ("24 releases are approved, the first by", "@_a_*b* will", "212 accounts in use")
    )
