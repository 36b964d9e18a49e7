"""Decisions put aside in a temporary file without a name: a large fleet's are no matter of memory."""

import pickle
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from watcher.decide.gathered import gone_back_to
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.ports.put_aside import NoRoom
from watcher.record.reasons import Reason
from watcher.rules.plan import Decision

_TOGETHER: Final = 64
"""Decisions that are written at once: what they share, such as a policy, is written once."""
_IN_MEMORY: Final = 4 * 2**20
"""Bytes up to which there is no file: some 15,000 decisions."""

_Key = tuple[ProjectId, str]


@contextmanager
def open_decision_file(in_memory: int = _IN_MEMORY) -> Iterator["DecisionFile"]:
    """Gone at the end. Only this process can read it, so what is unpickled of it is what was pickled."""
    with SpooledTemporaryFile(max_size=in_memory) as file:
        yield DecisionFile(file)


class DecisionFile:
    """`Decisions` as batches of pickles."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._batch: list[Decision] = []
        self._count = 0
        self._by_word: dict[_Key, int] = {}
        """Where those stand that a person's word made: where brakes stop them, others take their place."""
        self._replaced: set[int] = set()

    def keep(self, decision: Decision) -> bool:
        key = decision.account.project, decision.account.id
        if (before := self._by_word.pop(key, None)) is not None:
            self._replaced.add(before)
        if decision.judgement.reason is Reason.PERSON:
            self._by_word[key] = self._count
        self._count += 1
        self._batch.append(decision)
        if len(self._batch) == _TOGETHER:
            self._write()
        return gone_back_to(decision)

    def recall(self, accounts: Collection[_Key]) -> Iterable[Decision]:
        self._write()
        return (
            one
            for one in self.read()
            if (one.account.project, one.account.id) in accounts and not gone_back_to(one)
        )

    def of(self, report: Report) -> Collection[Decision]:
        """What another project turned out to list too is among what is left alone, and taken back."""
        self._write()
        gone = frozenset((one.project, one.id) for one in report.quarantined if one.id is not None)
        return _Standing(self, gone)

    def _write(self) -> None:
        if self._batch:
            try:
                self._file.seek(0, 2)
                pickle.dump(self._batch, self._file, protocol=pickle.HIGHEST_PROTOCOL)
                self._file.flush()
            except OSError as error:
                raise NoRoom(error.errno, error.strerror or str(error)) from None
            self._batch = []

    def read(self) -> Iterator[Decision]:
        """All but those that another one replaced. Several may read at once."""
        self._file.seek(0, 2)
        end, at, place = self._file.tell(), 0, 0
        while at < end:
            self._file.seek(at)
            batch: list[Decision] = pickle.load(self._file)
            at = self._file.tell()
            for decision in batch:
                if place not in self._replaced:
                    yield decision
                place += 1


class _Standing(Collection[Decision]):
    def __init__(self, file: DecisionFile, gone: frozenset[_Key]) -> None:
        self._file = file
        self._gone = gone

    def __iter__(self) -> Iterator[Decision]:
        for one in self._file.read():
            if (one.account.project, one.account.id) not in self._gone:
                yield one

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, decision: object) -> bool:
        return any(one == decision for one in self)
