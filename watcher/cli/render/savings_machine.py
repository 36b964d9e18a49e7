"""What releases saved and what was paid for nothing, for programs, `savings/1`, and for spreadsheets."""

import csv
import json
from collections.abc import Mapping
from datetime import datetime
from io import StringIO
from typing import Any, Final

from watcher.cli.render.spreadsheet import decimal
from watcher.facts.accounts import ProjectId
from watcher.memory.savings import PaidLine, Regret, Savings, SavingsBy, SavingsShare
from watcher.messages.cause_words import WOULD_PREVENT
from watcher.record.amounts import Amount
from watcher.record.past_releases import REGRETTED_WITHIN
from watcher.texts.plain import cell
from watcher.texts.times import iso, iso_or_none, seconds


def savings_json(
    savings: Savings, names: Mapping[ProjectId, str], *, by: SavingsBy | None, place: str, now: datetime
) -> str:
    """`savings/1`. `later` is extrapolated, `given_up` apportioned; all else was read."""
    regrets = savings.regrets
    document = {
        "schema": "savings/1",
        "at": iso(now),
        "since": iso(savings.since),
        "until": iso(savings.until),
        "ledger": place,
        "known_since": iso_or_none(savings.known_since),
        "restored_at": iso_or_none(savings.restored),
        **_share_value(savings.whole),
        "later_by_earlier_releases": _amount_value(savings.by_earlier),
        "not_yet_saved": {**_amount_value(savings.not_yet), "last": iso_or_none(savings.last)},
        "undone": _amount_value(savings.undone),
        "paid": [_line_value(one) for one in savings.paid],
        "used_again": {
            "within_seconds": seconds(REGRETTED_WITHIN),
            "releases": regrets.sent,
            "not_over": regrets.open,
            "leased": regrets.leased,
            "used": regrets.used,
            "last": [_regret_value(one) for one in regrets.last],
        },
        "by": None if by is None else by.value,
        "shares": [
            {"name": name, "project_name": names.get(ProjectId(name)) if by is SavingsBy.PROJECT else None}
            | _share_value(share)
            for name, share in savings.shares.items()
        ],
    }
    return f"{json.dumps(document, indent=2)}\n"


def _amount_value(amount: Amount) -> dict[str, int]:
    return {"renewals": amount.renewals, "cents": amount.cents}


def _share_value(share: SavingsShare) -> dict[str, Any]:
    return {
        "saved": _amount_value(share.saved),
        "later": _amount_value(share.later),
        "given_up": {"seconds": seconds(share.given_up), "cents": share.given_up_cents},
        "for_nothing": _amount_value(share.for_nothing),
        "in_doubt": _amount_value(share.in_doubt),
        "too_short": _amount_value(share.too_short),
        "in_use": _amount_value(share.in_use),
        "unnoted": _amount_value(share.unnoted),
    }


def _line_value(one: PaidLine) -> dict[str, Any]:
    return {
        "use": None if one.use is None else one.use.value,
        "cause": one.cause.value,
        "because": one.because,
        "would_prevent": WOULD_PREVENT[one.cause],
        "owner": one.owner or None,
        "held_by": one.holder,
        **_amount_value(one.paid),
    }


def _regret_value(one: Regret) -> dict[str, Any]:
    return {
        "account": one.account.id,
        "handle": one.account.handle,
        "project": one.account.project,
        "released_at": iso(one.sent_at),
        "leased_again_at": iso(one.since),
        "leased_again_as": one.again,
        "used": one.used,
    }


COLUMNS: Final = (
    "what",
    "cause",
    "because",
    "would_prevent",
    "owner",
    "held_by",
    "renewals",
    "cents",
    "dollars",
)
SHARE_COLUMNS: Final = (
    "saved_cents",
    "later_cents",
    "for_nothing_cents",
    "in_doubt_cents",
    "too_short_cents",
    "in_use_cents",
    "unnoted_cents",
    "given_up_cents",
)


def savings_csv(savings: Savings, names: Mapping[ProjectId, str], *, by: SavingsBy | None) -> str:
    """A header and one row a sum, harmless in a spreadsheet; broken down, one a project, month or owner."""
    out = StringIO()
    writer = csv.writer(out)
    if by is not None:
        writer.writerow((by.value, "name", *SHARE_COLUMNS))
        for name, share in savings.shares.items():
            called = names.get(ProjectId(name), "") if by is SavingsBy.PROJECT else ""
            writer.writerow((cell(name), cell(called), *_share_cents(share)))
        return out.getvalue()
    writer.writerow(COLUMNS)
    whole = savings.whole
    for what, amount in (
        ("saved", whole.saved),
        ("later", whole.later),
        ("not_yet_saved", savings.not_yet),
        ("undone", savings.undone),
    ):
        writer.writerow((what, "", "", "", "", "", amount.renewals, amount.cents, decimal(amount.cents)))
    given_up = whole.given_up_cents
    writer.writerow(("given_up", "", "", "", "", "", whole.saved.renewals, given_up, decimal(given_up)))
    for one in savings.paid:
        writer.writerow(
            (
                f"paid_{'unnoted' if one.use is None else one.use.value}",
                one.cause.value,
                cell(one.because),
                WOULD_PREVENT[one.cause],
                cell(one.owner),
                cell(one.holder or ""),
                one.paid.renewals,
                one.paid.cents,
                decimal(one.paid.cents),
            )
        )
    return out.getvalue()


def _share_cents(share: SavingsShare) -> tuple[int, ...]:
    amounts = (share.saved, share.later, share.for_nothing, share.in_doubt, share.too_short, share.in_use)
    return (*(each.cents for each in amounts), share.unnoted.cents, share.given_up_cents)
