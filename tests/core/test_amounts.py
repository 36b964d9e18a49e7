"""An amount is a number of renewals and their cents, however it came about."""

from watcher.record.amounts import Amount


def test_it_is_one_sum_whether_taken_at_once_one_by_one_or_in_parts() -> None:
    at_once = Amount.of([15_000, 9_900, 1])
    assert at_once == Amount(renewals=3, cents=24_901)
    assert at_once == Amount().plus(15_000).plus(9_900).plus(1)
    assert at_once == Amount.of([15_000]) + Amount.of(iter([9_900, 1]))


def test_of_nothing_it_is_none() -> None:
    assert Amount.of(()) == Amount()
