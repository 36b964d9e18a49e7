"""Why a release was not done, or a renewal paid, in words: by its explanation, or else by its cause alone."""

from watcher.messages.cause_words import CAUSE
from watcher.record.outcomes import Cause, Explanation


def title_of(cause: Cause | None, explanation: Explanation | None) -> str:
    """`halted: too many releases`: stands in brackets, where the details follow."""
    known = "" if explanation is None else explanation.title
    return known or CAUSE[cause or Cause.UNEXPLAINED]


def in_short(cause: Cause | None, explanation: Explanation | None) -> str:
    """`halted: too many releases; approval withdrawn by ann`: by this sums go."""
    word = "" if explanation is None else explanation.word
    return "; ".join(filter(None, (title_of(cause, explanation), word)))


def in_full(cause: Cause | None, explanation: Explanation | None) -> str:
    """`halted: too many releases; 26 releases, limit 20; nobody approved by Mon 30 Nov 06:06 UTC`."""
    details = () if explanation is None else explanation.details
    return "; ".join((title_of(cause, explanation), *details))
