"""Which closed words stand in no history: what could change without one of them telling."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.histories.recorded import file_of, recorded
from watcher.brakes import BRAKES
from watcher.facts.activity import Use
from watcher.messages.events import EventKind
from watcher.messages.outbox import Stale
from watcher.record.exit_codes import Exit
from watcher.record.intents import CONCLUSIONS
from watcher.record.notices import Void
from watcher.record.outcomes import Cause, OutcomeKind
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason

_TYPED = frozenset(
    {Reason.PERSON, Reason.WORD_OVER, OverrideKind.RELEASE, OverrideKind.ANSWER, OverrideKind.UNAPPROVE}
)
"""What is typed at a terminal, of which no history has one: `must_never/test_13` and `cli` tell of these."""

_SHOWN: tuple[tuple[Iterable[Any], str], ...] = (
    ([one for one in Reason if one not in _TYPED], r"^  · .*, {}(, gone)?$"),
    (EventKind, r"^     {}: "),
    (BRAKES, r'"brakes": .[^]]*"{}"'),
    (Exit, r"^  exit {}$"),
    ([use for use in Use if use not in (Use.OTHER, Use.ONGOING)], r" used_what={}$"),
    (Stale, r" stale={}\b"),
    (CONCLUSIONS, r" ending={}\b"),
    (Void, r" voided={}\b"),
    (Cause, r" cause={}\b"),
    (OutcomeKind, r" kind={}\b"),
    ([one for one in OverrideKind if one not in _TYPED], r" kind={}\b"),
)
"""How each of them stands in a history. Of uses only those of posts: no other source is asked in any."""


def absent() -> Iterator[str]:
    texts = "\n".join(file_of(name).read_text(encoding="utf-8") for name in sorted(recorded()))
    for words, shown in _SHOWN:
        for word in words:
            if not re.search(shown.format(re.escape(str(word))), texts, re.MULTILINE):
                yield f"{type(word).__name__}: {word}"
