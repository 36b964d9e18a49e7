"""A digest as an e-mail: plain text, HTML, and the renewals as a calendar."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from re import sub
from typing import Final

from watcher.adapters.channels.fitting import clipped
from watcher.adapters.channels.mail.calendar import digest_calendar
from watcher.adapters.channels.mail.headers import Written, addresses, line
from watcher.adapters.channels.mail.html import digest_html
from watcher.adapters.channels.templates.template import Template, words
from watcher.adapters.channels.text import digest_text
from watcher.adapters.channels.view import view_of
from watcher.messages.events import Severity
from watcher.ports.notifier import Digest
from watcher.texts.plain import plain
from watcher.texts.sentences import begun

_POLICY: Final = SMTP.clone(cte_type="7bit")
"""Everything in ASCII: no server needs to offer more."""
_LONGEST_SUBJECT: Final = 200
_LONGEST_LIST: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """Who writes to whom, and in which words. `name` is the notifier's."""

    name: str
    sender: Address
    to: tuple[Address, ...]
    prefix: str
    subject: Template | None
    text: Template | None

    def message(self, digest: Digest) -> bytes:
        """The whole message. What others wrote is in its bodies and, as one line, in its subject."""
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = addresses("From", [self.sender])
        mail["To"] = addresses("To", self.to)
        mail["Subject"] = line("Subject", self._subject(digest))
        mail["Date"] = format_datetime(digest.at)
        mail["Message-ID"] = Written("Message-ID", self._id("digest", digest.id))
        topics = {each.topic for each in view_of(digest).told}
        if len(topics) == 1:
            # No such message exists, but all that name it are shown as one conversation.
            mail["References"] = Written("References", self._id("topic", *topics))
        mail["List-Id"] = Written("List-Id", f"<{self._list}.lease-watcher.{self.sender.domain}>")
        # For a reader's own filters; a closed list of words.
        mail["X-Lease-Watcher-Events"] = ", ".join(sorted({event.kind.value for event in digest.events}))
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        if any(event.severity is Severity.CRITICAL for event in digest.events):
            mail["Importance"] = "high"
        mail.set_content(words(self.text, digest, digest_text))
        mail.add_alternative(digest_html(digest), subtype="html")
        calendar = digest_calendar(digest, self.sender.addr_spec)
        if calendar is not None:
            mail.add_attachment(
                calendar,
                maintype="text",
                subtype="calendar",
                filename="renewals.ics",
                params={"method": "PUBLISH", "charset": "utf-8"},
            )
        return mail.as_bytes()

    def _subject(self, digest: Digest) -> str:
        """One line, whatever the words."""
        text = plain(
            " ".join(words(self.subject, digest, lambda those: begun(view_of(those).headline)).split())
        )
        return clipped(f"{self.prefix} {text}".strip(), _LONGEST_SUBJECT)

    def _id(self, *of: str) -> str:
        """The same for the same: a digest that is sent again is the same message."""
        hashed = sha256("\n".join((self.name, *of)).encode("utf-8", "backslashreplace")).hexdigest()
        return f"<{hashed[:32]}@{self.sender.domain}>"

    @property
    def _list(self) -> str:
        """A notifier may have any name; in a `List-Id` few signs may stand."""
        return sub(r"[^a-z0-9]+", "-", self.name.lower())[:_LONGEST_LIST].strip("-") or "notifier"
