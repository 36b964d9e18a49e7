"""Kinds of notifiers that other packages bring: found by name, loaded only when a configuration names one."""

from collections.abc import Sequence
from dataclasses import dataclass, is_dataclass, replace
from typing import TYPE_CHECKING, Final

from watcher.adapters.channels.options import NotifierOptions
from watcher.ports.notifier import Accepted, Delivery, Digest, Notifier, Postponed, Receivers, Rejected

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "lease_watcher.notifiers"
"""The name of an entry point in it is a `kind`, its object that kind's options."""


def installed() -> tuple[str, ...]:
    """The kinds that could be loaded. Nothing is imported for that."""
    from importlib.metadata import entry_points

    return tuple(sorted({each.name for each in entry_points(group=GROUP)}))


def load(kind: str) -> type[NotifierOptions]:
    """The options of an installed kind. Raises ValueError, in a sentence that follows its name."""
    from importlib.metadata import entry_points

    found = _of_packages(entry_points(group=GROUP, name=kind))
    if len(found) != 1:
        packages = ", ".join(sorted(each.dist.name if each.dist else "?" for each in found))
        raise ValueError(f"is brought by several packages: {packages}" if found else "is not installed")
    (entry,) = found
    try:
        options = entry.load()
    except Exception as error:
        raise ValueError(f"cannot be loaded: {type(error).__name__}: {error}") from error
    if problem := _problem(kind, options):
        raise ValueError(f"cannot be used: `{entry.value}` {problem}")
    checked: type[NotifierOptions] = options
    return checked


def _of_packages(entries: "Sequence[EntryPoint]") -> "list[EntryPoint]":
    """One for each object: a package may be found in two places."""
    return list({entry.value: entry for entry in entries}.values())


def _problem(kind: str, options: object) -> str | None:
    if not (isinstance(options, type) and issubclass(options, NotifierOptions) and is_dataclass(options)):
        return "is no dataclass below NotifierOptions"
    if getattr(options, "kind", None) != kind:
        return f"does not say `kind = {kind!r}`"
    if not isinstance(getattr(options, "counts", None), bool):
        return "does not say whether it `counts`"
    return "has no method `open`" if options.open is NotifierOptions.open else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarded:
    """A notifier that was written elsewhere: whatever it does, nothing is raised and a delivery answered."""

    notifier: Notifier

    @property
    def name(self) -> str:
        return self.notifier.name

    @property
    def counts(self) -> bool:
        return self.notifier.counts

    @property
    def most(self) -> int:
        """One by one, where it does not say."""
        try:
            return max(int(self.notifier.most), 1)
        except Exception:
            return 1

    def deliver(self, digest: Digest) -> Delivery:
        try:
            delivery = self.notifier.deliver(digest)
        except (Exception, SystemExit) as error:
            return Postponed(why=f"it failed ({type(error).__name__}): whether it arrived is uncertain")
        match delivery:
            case Accepted() | Postponed(why=str()) | Rejected(why=str()):
                return delivery if _told(delivery.receivers) else replace(delivery, receivers=Receivers())
            case _:
                return Postponed(why="it did not say whether it was accepted, and why not")


def _told(receivers: Receivers) -> bool:
    """Whether they are what the ledger can remember: names and reasons in words."""
    if not isinstance(receivers, Receivers):
        return False
    try:
        words = [*receivers.took, *receivers.refused.items(), *receivers.put_off.items()]
        names = [word if isinstance(word, str) else " ".join(word) for word in words]
    except (TypeError, AttributeError):
        return False
    return all(name.isprintable() for name in names)
