"""The audit for spreadsheets: comma separated, cents, ISO times, and nothing that acts as a formula."""

import csv
from datetime import UTC, datetime, tzinfo
from io import StringIO
from typing import Final

from watcher.cli.render.machine import step_value, subtotal_value
from watcher.cli.render.order import By, Order, in_order, subtotals_of
from watcher.decide.report import Report
from watcher.facts.activity import Seen, idle_days
from watcher.messages.renewal_messages import evidence_in_words
from watcher.texts.plain import cell
from watcher.texts.times import iso

COLUMNS: Final = (
    "project",
    "project_id",
    "account_id",
    "handle",
    "platform",
    "followers",
    "use",
    "evidence",
    "last_use_at",
    "assigned_at",
    "renews_at",
    "price_cents",
    "price_dollars",
    "verdict",
    "step",
    "reason",
    "policy",
    "opens_at",
    "closes_at",
    "idle_days",
    "use_at_opening",
    "owner",
    "labels",
)


SUBTOTAL_COLUMNS: Final = (
    "accounts",
    "cents",
    "in_use",
    "unused",
    "unknown",
    "waste_cents",
    "avoidable_cents",
    "unused_by_window",
    "unused_by_window_cents",
)


def subtotals_csv(
    report: Report, now: datetime, *, by: By, order: Order | None = None, timezone: tzinfo = UTC
) -> str:
    """A header and one row a subtotal, such as a project's; days as ISO dates in the zone."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow((by.value, *SUBTOTAL_COLUMNS))
    for one in subtotals_of(report, by, order, now, timezone):
        value = subtotal_value(one)
        writer.writerow((cell(one.name), *(value[column] for column in SUBTOTAL_COLUMNS)))
    return out.getvalue()


def audit_csv(report: Report, now: datetime, *, order: Order | None = None) -> str:
    """A header and one row an account, comma separated, harmless in a spreadsheet; where no order is asked
    for, by project and renewal.
    """
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    names = report.project_names
    by_project = sorted(report.decisions, key=lambda one: (one.account.project, one.account.renews_at))
    for one in by_project if order is None else in_order(report.decisions, order, now):
        account, judgement, window = one.account, one.judgement, one.judgement.window
        activity = judgement.subject.activity
        writer.writerow(
            (
                cell(names.get(account.project, account.project)),
                cell(account.project),
                cell(account.id),
                cell(account.handle.removeprefix("@")),
                cell(account.platform),
                "" if account.followers is None else account.followers,
                judgement.usage.value,
                evidence_in_words(judgement, now),
                iso(activity.at) if isinstance(activity, Seen) else "",
                iso(account.assigned_at),
                iso(account.renews_at),
                account.price_cents,
                decimal(account.price_cents),
                judgement.verdict.value,
                step_value(one.step)["kind"],
                one.reason.value,
                cell(judgement.policy.name) if judgement.policy else "",
                iso(window.opens) if window else "",
                iso(window.closes) if window else "",
                "" if (days := idle_days(activity, now)) is None else days,
                judgement.usage_at_opening.value,
                cell(report.owners.get(account.project, "")),
                cell(str(report.labels.get(account.project, ""))),
            )
        )
    return out.getvalue()


def decimal(cents: int) -> str:
    """A number with two places and no sign of a currency, as spreadsheets take it."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"
