"""Windows, notices, warnings and holds against each other and the poll; bounds that fit nothing; the zone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from watcher.adapters.layers.options import ALLOWANCES
from watcher.rules.policy import Match, Policy, ReleaseWhen
from watcher.settings.declare import Path
from watcher.settings.findings import Complaint, Gravity, nearest
from watcher.settings.model import Settings
from watcher.settings.notation import written
from watcher.texts.money import dollars

SHORTEST_MONTH: Final = timedelta(days=28)
_LIST_PRICE_CENTS: Final = 15_000
_MONTH: Final = timedelta(days=30)
_REQUESTS_A_PROJECT: Final = 2
"""Its leases, and a page of its posts."""


def timing(settings: Settings, now: datetime) -> Iterator[Complaint]:
    yield from _time_zone(settings)
    for name, policy in settings.policies.items():
        yield from _window(name, policy, settings)
        yield from _warnings(name, policy)
        if policy.release.when is not ReleaseWhen.NEVER:
            yield from _lead_against_poll(name, policy, settings)
    for place, hold in enumerate(settings.holds):
        if hold.until is not None and hold.until <= now:
            yield Complaint(
                path=("holds", place, "until"),
                message="has passed: nothing is held any more",
                fix="remove the hold, or give a later date",
                severity=Gravity.WARNING,
            )


def full_turn(settings: Settings) -> timedelta:
    """How long at least a turn over all configured projects must wait for its rate.

    Discovered projects, further pages and slow answers come on top. While the tier is `auto` it counts as the
    smallest, which it is until the API names another.
    """
    requests = _REQUESTS_A_PROJECT * len(settings.projects)
    return timedelta(minutes=requests // ALLOWANCES[settings.api.tier].reads)


def shortest_safe_lead(settings: Settings, policy: Policy) -> timedelta:
    """A window that leaves room for one whole turn to fail.

    One turn is taken at a time, so an opening waits for a full turn that is under way, and a turn releases
    when it has read everything. Where that takes longer than `poll`, it is how often turns are taken.
    """
    length = full_turn(settings)
    return 2 * max(settings.schedule.poll, length) + length + policy.release.margin


def given_up(lead: timedelta, month_cents: int = _LIST_PRICE_CENTS) -> int:
    """Cents of a month's price that releasing `lead` before its end gives up."""
    return round(month_cents * (lead / _MONTH))


def _window(name: str, policy: Policy, settings: Settings) -> Iterator[Complaint]:
    rule = policy.release
    release = ("policies", name, "release")
    needed = settings.api.timeout + settings.brakes.max_clock_skew
    if rule.margin <= needed:
        yield Complaint(
            path=(*release, "margin"),
            message=f"{written(rule.margin)} must be more than api.timeout + brakes.max_clock_skew "
            f"({written(needed)}), or a release could land after the renewal",
            fix=f'raise it, such as margin = "{written(needed + timedelta(minutes=1))}"',
            rests_on=(("api", "timeout"), ("brakes", "max_clock_skew")),
        )
    if rule.lead <= rule.margin:
        yield Complaint(
            path=(*release, "lead"),
            message=f"{written(rule.lead)} must be more than margin ({written(rule.margin)}), "
            "or the window never opens",
            fix=f'raise it, such as lead = "{written(shortest_safe_lead(settings, policy))}"',
            rests_on=((*release, "margin"), ("schedule",)),
        )
    if rule.lead + rule.notice >= SHORTEST_MONTH:
        yield Complaint(
            path=(*release, "notice" if rule.notice > rule.lead else "lead"),
            message=f"lead + notice ({written(rule.lead + rule.notice)}) must be less than the shortest "
            f"lease period ({written(SHORTEST_MONTH)})",
            fix="shorten it",
            rests_on=((*release, "notice"), (*release, "lead")),
        )


def _warnings(name: str, policy: Policy) -> Iterator[Complaint]:
    for place, rung in enumerate(policy.warn):
        if not timedelta() < rung < timedelta(days=31):
            yield Complaint(
                path=("policies", name, "warn", place),
                message="must be more than 0s and less than 31d before the renewal",
                fix='write it as in `warn = ["7d", "3d", "1d"]`',
            )


def _lead_against_poll(name: str, policy: Policy, settings: Settings) -> Iterator[Complaint]:
    lead, safe = policy.release.lead, shortest_safe_lead(settings, policy)
    if lead < safe:
        month, length = dollars(_LIST_PRICE_CENTS), full_turn(settings)
        waited = f", a full turn ({written(length)} by the rate of the key's tier)" if length else ""
        yield Complaint(
            path=("policies", name, "release", "lead"),
            message=f"{written(lead)} is shorter than two polls{waited} and the margin: one failed turn can "
            f"miss the release, which costs a whole month ({month} an account). The shortest safe lead is "
            f"{written(safe)}, which gives up {dollars(given_up(safe))} of it; "
            f"{written(lead)} gives up {dollars(given_up(lead))}",
            fix=f'set lead = "{written(safe)}", or poll more often',
            severity=Gravity.WARNING,
            rests_on=(("policies", name, "release", "margin"), ("schedule",), ("api", "tier"), ("projects",)),
        )


def amounts(settings: Settings) -> Iterator[Complaint]:
    for name, policy in settings.policies.items():
        yield from _bounds(("policies", name, "match"), policy.match)
        if policy.release.cancel_queued and policy.release.when is not ReleaseWhen.ALWAYS:
            yield Complaint(
                path=("policies", name, "release", "cancel_queued"),
                message='does nothing unless when = "always"',
                fix="remove it",
                severity=Gravity.WARNING,
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


def _time_zone(settings: Settings) -> Iterator[Complaint]:
    try:
        ZoneInfo(settings.timezone)
    except (ValueError, OSError, KeyError):
        close = nearest(settings.timezone, available_timezones())
        yield Complaint(
            path=("timezone",),
            message="is no known time zone",
            suggestion=close,
            fix=f'write "{close}"' if close else 'write one such as "UTC" or "Europe/Berlin"',
        )
