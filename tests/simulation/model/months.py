"""When a lease renews: monthly on its anchor day, or on the last day of a month that has no such day."""

from calendar import monthrange
from datetime import datetime


def month_after(moment: datetime, anchor: int) -> datetime:
    """The renewal after one, at the same time of day: 31 January, 28 February, 31 March."""
    year, month = (moment.year + 1, 1) if moment.month == 12 else (moment.year, moment.month + 1)
    return moment.replace(year=year, month=month, day=min(anchor, monthrange(year, month)[1]))
