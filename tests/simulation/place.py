"""Where a ledger of a history is, and who looks into it: in memory, a file of SQLite, a PostgreSQL.

Each shard has one of its own; without shards there is one, for however many processes.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from watcher.adapters.ledger.memory.ledger import MemoryLedger, MemoryReader, MemoryWords
from watcher.adapters.ledger.memory.state import State
from watcher.facts.accounts import AccountId, ProjectId
from watcher.memory.writes import BegunAnew, Said
from watcher.ports.ledger import LedgerReader, LedgerWords
from watcher.record.fates import LEASED, LeaseState
from watcher.record.overrides import Override, Overrides
from watcher.record.restored import restored
from watcher.rules.shards import WHOLE, Shard
from watcher.settings.model import Settings
from watcher.wiring import ledger as real

ADDED_AFTER: Mapping[str, Sequence[tuple[str, str]]] = {
    "0010": (("overrides", "begins"),),
    "0009": (("overrides", "begins"), ("intents", "halt_over")),
}
"""Which columns a ledger of that schema does not have yet, by their tables."""


@dataclass(kw_only=True)
class Place:
    """One ledger. `settings` name it, if it is not in memory; `is_there`: whether anybody began it."""

    settings: Settings
    in_memory: bool
    on_server: bool = False
    shard: Shard = WHOLE
    begun: Callable[[], bool]
    state: State = field(default_factory=lambda: State("simulation"))

    @property
    def is_there(self) -> bool:
        return self.begun() and (self.in_memory or real.is_there(self.settings))

    def open_words(self) -> AbstractContextManager[LedgerWords]:
        return nullcontext(MemoryWords(self.state)) if self.in_memory else real.open_words(self.settings)

    def open_reader(self) -> AbstractContextManager[LedgerReader]:
        return nullcontext(MemoryReader(self.state)) if self.in_memory else real.open_reader(self.settings)

    def open_ledger(self, settings: Settings) -> AbstractContextManager[Any]:
        return closing(MemoryLedger(self.state)) if self.in_memory else real.open_ledger(settings)

    def say(self, words: Sequence[Override]) -> list[Override]:
        """Those that were taken, as commands take them: not of what is released, nor a hold of what is being
        released.
        """
        late, taken = (LeaseState.RELEASED, LeaseState.RELEASING), list[Override]()
        with self.open_words() as ledger:
            for word in words:
                about = [] if word.account is None else [word.account]

                def said(fates: Any, word: Override = word) -> list[Said]:
                    if word.account is None or fates.get(word.account, LEASED).state not in late:
                        taken.append(word)
                        return [Said(override=word)]
                    return []

                ledger.say(about, said)
        return taken

    def overrides(self, now: datetime) -> Overrides:
        if not self.is_there:
            return Overrides()
        with self.open_words() as ledger:
            return ledger.fleet(now).overrides

    def copy(self, folder: Path, now: datetime) -> object | None:
        """As it is now; None: there is none, or none is made of it."""
        if not self.is_there or self.on_server:
            return None  # copies of a server are its own matter
        if self.in_memory:
            return copied(self.state)
        copy = folder / f"copy-{now:%m%d%H%M%S}.db"
        there = self.settings.store.place
        with closing(sqlite3.connect(there)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return copy

    def put_back(self, copy: object, now: datetime) -> None:
        """As `store restore` does it while nothing runs."""
        words = restored("operator", "the disk was lost", now)
        if isinstance(copy, State):
            self.state = copy
            MemoryWords(copy).apply((BegunAnew(restored=words[0], pause=words[1]),))
        else:
            assert isinstance(copy, Path)
            real.restore(self.settings, copy, words, now)

    def carry_back(self, revision: str) -> bool:
        """The file as that schema would hold it; False where it could not, or where there is no file.

        No version writes a column of which it knows nothing, and these are empty in what it writes. A pause
        that begins later could not be said to it.
        """
        if self.in_memory or self.on_server or not self.is_there:
            return False
        with closing(sqlite3.connect(self.settings.store.place)) as ledger:
            (later,) = ledger.execute("SELECT count(*) FROM overrides WHERE begins IS NOT NULL").fetchone()
            if later:
                return False
            for table, column in ADDED_AFTER[revision]:
                ledger.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            ledger.execute("UPDATE alembic_version SET version_num = ?", (revision,))
            ledger.commit()
        return True

    def is_of(self, account: AccountId | None, project: str | None) -> bool:
        """Whether a word about that is said here; about none: everywhere."""
        return (account is None and project is None) or (
            project is not None and self.shard.has(ProjectId(project))
        )


def copied(state: State) -> State:
    """What a ledger in memory remembers, by itself: its values are never changed, its collections are."""
    copy = State(state.place)
    for name, value in vars(state).items():
        if name not in ("guard", "lock"):
            setattr(copy, name, _copied(value))
    return copy


def _copied(value: Any) -> Any:
    if isinstance(value, defaultdict):
        return defaultdict(value.default_factory, {key: _copied(each) for key, each in value.items()})
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return value.copy() if isinstance(value, list | set) else value
