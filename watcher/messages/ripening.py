"""From when on a release may come whose announcement is delivered only now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watcher.messages.events import AnnouncementFacts
from watcher.messages.outbox import Message
from watcher.messages.outgoing import OLD
from watcher.rules.policy import ReleaseRule


@dataclass(frozen=True, kw_only=True, slots=True)
class Ripening:
    """`rules`: what the policies want before a release, by their names; `counting`: the notifiers whose
    acceptance is a receipt, which a policy that names none waits for.
    """

    rules: Mapping[str, ReleaseRule] = field(default_factory=dict)
    counting: frozenset[str] = frozenset()

    def earliest(self, message: Message, now: datetime) -> datetime | None:
        """When the receipt will be of age if its channel accepts it now, where it waited and that is later
        than it says. None: it says what is so; or nobody waits for this channel, or no receipt of now comes
        of age before the window closes: the turn tells of that.
        """
        event, facts = message.event, message.event.facts
        if not message.live or not isinstance(facts, AnnouncementFacts) or facts.notice is not None:
            return None
        rule = self.rules.get(facts.policy)
        if rule is None or event.period is None or now - event.at < OLD:
            return None
        if message.notifier not in (rule.notice_to or self.counting):
            return None
        ripe = now + rule.notice
        return ripe if facts.not_before < ripe < event.period.renews_at - rule.margin else None
