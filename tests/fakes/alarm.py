"""Alarms for a daemon whose time is a test's."""

from datetime import datetime
from threading import Event


class DeadAlarm:
    """Its timer never rings; `set_to` is what it was asked for."""

    def __init__(self) -> None:
        self.set_to: list[datetime] = []

    def start(self, bell: Event) -> None: ...

    def wake_at(self, moment: datetime) -> None:
        self.set_to.append(moment)

    def stop(self) -> None: ...
