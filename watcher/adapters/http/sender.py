"""What sends one request: the network's client, or something that only answers as if it did."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from watcher.adapters.http.answer import Answer, Unanswered
from watcher.texts.secret import Secret


class Sender(Protocol):
    """Sends once, and says what came of it: `Http` does, and a world that is made up in this process."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        bearer: Secret | None = None,
        timeout: timedelta | None = None,
        latest: datetime | None = None,
    ) -> Answer | Unanswered:
        """Follow nothing, retry nothing, raise nothing of the network's."""
        ...
