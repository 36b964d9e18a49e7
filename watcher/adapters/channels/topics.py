"""What an event means to a channel that opens and closes something: an incident, an alert."""

from hashlib import sha256

from watcher.messages.events import Event, Severity


def topic_id(topic: str) -> str:
    """A topic as 64 safe characters: its words may be those of others, and of any length."""
    return sha256(topic.encode("utf-8", "surrogatepass")).hexdigest()


def opens(event: Event) -> bool:
    """Whether it is something to look at: all but good last words. That a renewal was paid is a bad one."""
    return not event.ends_topic or event.severity is not Severity.INFO
