"""When a release may happen: `assigned … announce_from … opens … closes … R` (design §3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The instants of one lease period, all aware UTC.

    A release may be sent in `[opens, closes)` only; from `closes` to `renews_at` it is too late, because
    a DELETE that lands after the debit loses the money *and* the account. How long before the renewal it
    opens and closes are the policy's `lead` and `margin` (`ReleaseRule`).
    """

    announce_from: datetime
    opens: datetime
    closes: datetime
    renews_at: datetime

    @classmethod
    def of(
        cls,
        renews_at: datetime,
        *,
        lead: timedelta,
        margin: timedelta,
        notice: timedelta,
        quiet: timedelta = timedelta(),
    ) -> "Window":
        """`quiet`: how long people may want to be left alone; the announcement starts that much earlier."""
        opens = renews_at - lead
        return cls(
            announce_from=opens - 2 * notice - quiet,
            opens=opens,
            closes=renews_at - margin,
            renews_at=renews_at,
        )

    def may_send(self, clock: datetime, *, timeout: timedelta, skew: timedelta) -> bool:
        """Whether a request sent at `clock` is sure to have landed before `closes`."""
        return self.opens <= clock and clock + timeout + skew < self.closes
