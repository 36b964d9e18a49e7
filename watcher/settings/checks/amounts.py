"""Conditions of policies that fit nothing, or not what was meant."""

from collections.abc import Iterator

from watcher.domain.policy import Match, ReleaseWhen
from watcher.settings.declarations import Path
from watcher.settings.findings import Complaint, Severity
from watcher.settings.model import Settings


def amounts(settings: Settings) -> Iterator[Complaint]:
    for name, policy in settings.policies.items():
        yield from _bounds(("policies", name, "match"), policy.match)
        if policy.release.cancel_queued and policy.release.when is not ReleaseWhen.ALWAYS:
            yield Complaint(
                path=("policies", name, "release", "cancel_queued"),
                message='does nothing unless when = "always"',
                fix="remove it",
                severity=Severity.WARNING,
            )


def _bounds(path: Path, match: Match) -> Iterator[Complaint]:
    for what, least, most in (
        ("followers", match.min_followers, match.max_followers),
        ("price_cents", match.min_price_cents, match.max_price_cents),
    ):
        if least is not None and most is not None and least > most:
            yield Complaint(
                path=(*path, f"min_{what}"),
                message=f"{least} is more than max_{what} ({most}): no account can match",
                fix="swap the two",
                rests_on=((*path, f"max_{what}"),),
            )
