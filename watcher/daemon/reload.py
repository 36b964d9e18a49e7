"""A configuration read again while the daemon runs: what of it may be taken over, and what may not."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from watcher.adapters import logs
from watcher.ports.leases import ApiError, Suspended, is_about_the_key
from watcher.ports.ledger import LedgerReader
from watcher.rules.plan import Mode
from watcher.settings.model import Settings
from watcher.texts.secret import Secret
from watcher.wiring.turn import Wiring, open_api


class ReloadRefused(Exception):
    """The configuration is not taken over. Its text is one line for people; `findings` are all mistakes."""

    def __init__(self, why: str, *, findings: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.findings = findings or (why,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """A configuration that is whole, and the key that comes with it."""

    settings: Settings
    key: Secret


Read = Callable[[], Configuration]
"""Reads file, variables, credentials and key anew. Raises `ReloadRefused` with every mistake."""


def admitted(running: Wiring, wanted: Configuration, ledger: LedgerReader) -> Wiring:
    """The wiring to go on with. Raises `ReloadRefused`: what only a restart may change, a wrong key."""
    _require_same_place(running.settings, wanted.settings)
    wiring = replace(running, settings=wanted.settings, key=wanted.key)
    if wanted.key != running.key:
        _require_same_organization(wiring, ledger)
    return wiring


def _require_same_place(now: Settings, new: Settings) -> None:
    """One process, one ledger, and the mode's rule: an actor that releases is chosen at start (ADR 0016)."""
    if new.store.url != now.store.url:
        raise ReloadRefused("store.url changed: another ledger, or another password for it, needs a restart")
    if new.api.base_url.rstrip("/") != now.api.base_url.rstrip("/"):
        raise ReloadRefused("api.base_url changed: a ledger serves one API; another one needs a restart")
    if new.mode is Mode.ENFORCE and now.mode is not Mode.ENFORCE:
        raise ReloadRefused('mode changed to "enforce": the right to release is given at start, by a restart')


def _require_same_organization(wiring: Wiring, ledger: LedgerReader) -> None:
    """A new key is tried before the old one is given up; an API that is away proves nothing against it."""
    bound = ledger.bound_to()
    try:
        with open_api(wiring.uncounted()) as reader:
            identity = reader.whoami()
    except ApiError as error:
        if is_about_the_key(error) and not isinstance(error, Suspended):
            raise ReloadRefused(f"the API rejects the new key: {error.summary}") from None
        logs.logger("watcher.daemon").warning("new key not proved", why=error.summary)
        return
    except ValueError as error:
        raise ReloadRefused(f"the new key cannot be used: {error}") from None
    if bound is not None and identity.organization_id != bound[0]:
        raise ReloadRefused(
            "the new key is another organisation's than the ledger: that needs its own ledger"
        )
