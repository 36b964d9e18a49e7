"""The compact index behind the comparison of all listings: exact, but for ids that look alike."""

from watcher.decide.twins import Index


def test_it_says_who_was_first_and_forgets_nobody_while_it_grows() -> None:
    index = Index()
    assert [index.first(f"sa_{number}", number % 7) for number in range(5_000)] == [None] * 5_000
    assert [index.first(f"sa_{number}", 9) for number in range(5_000)] == [n % 7 for n in range(5_000)]
    assert index.first("SA_1", 9) is None
