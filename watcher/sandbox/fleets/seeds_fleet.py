"""The two accounts of the provider's own example, to the letter."""

from datetime import UTC, datetime
from typing import Final

from watcher.sandbox.values import Account, Fleet, Project

PROJECT: Final = "prj_01HX9Y7K8M2P4RSTUV56789AB"
COFFEE_REVIEWS_DAILY: Final = "sa_01HXZS8N3C5R6STUV7WXYZ9AB"
BREW_AT_HOME: Final = "sa_01HXZS8N3C5R6STUV7WXYZ9AC"

ASSIGNED_AT: Final = datetime(2026, 4, 20, 16, 12, 2, tzinfo=UTC)
RENEWS_AT: Final = datetime(2026, 5, 20, 16, 12, 2, tzinfo=UTC)


def seeds(now: datetime = ASSIGNED_AT, seed: int = 0) -> Fleet:  # noqa: ARG001 - every builder takes the same
    """One project, two unused accounts, fixed times: meant for a clock in April or May 2026.

    With a later clock they have renewed, as they would have.
    """
    return Fleet(
        projects=[Project(id=PROJECT, name="Coffee", created_at=datetime(2026, 4, 1, 9, 0, tzinfo=UTC))],
        accounts=[
            _account(COFFEE_REVIEWS_DAILY, "coffee.reviews.daily", 12840),
            _account(BREW_AT_HOME, "brew.at.home", 8412),
        ],
    )


def _account(id: str, handle: str, followers: int) -> Account:
    return Account(
        id=id,
        project=PROJECT,
        handle=handle,
        followers=followers,
        assigned_at=ASSIGNED_AT,
        next_renewal_at=RENEWS_AT,
    )
