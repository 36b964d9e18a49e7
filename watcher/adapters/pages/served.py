"""The pages this process serves: changed all together or not at all, while it runs."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from watcher.adapters.pages.server import App, serving

Address = tuple[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """An application and where it is to be served."""

    address: Address
    app: App


class NotServed(Exception):
    """An address cannot be had. Its text says which option, which address and why, and what to do."""

    def __init__(self, name: str, address: Address, error: OSError) -> None:
        host, port = address
        super().__init__(
            f"{name}.listen: {host}:{port} cannot be had: {(error.strerror or str(error)).lower()}; "
            "end what listens there, or name another address"
        )


class _Served:
    """One server. What it serves may be replaced while it runs. Raises `NotServed`."""

    def __init__(self, name: str, page: Page) -> None:
        self.page = page
        self._stack = ExitStack()
        try:
            self.url = self._stack.enter_context(serving(self._answer, *page.address, name=name))
        except OSError as error:
            raise NotServed(name, page.address, error) from error

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.page.app(environ, start_response)
        return answer

    def close(self) -> None:
        self._stack.close()


class Pages:
    """Used by one thread, each named by the table of its options. `close` ends every server."""

    def __init__(self) -> None:
        self._open: dict[str, _Served] = {}

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each page is served, by its name."""
        return {name: served.url for name, served in self._open.items()}

    def change(self, wanted: Mapping[str, Page]) -> None:
        """Serve exactly these from now on. A server whose address stays goes on without a pause.

        Raises `NotServed` where an address cannot be had; then everything is as it was.
        """
        fresh: dict[str, _Served] = {}
        with ExitStack() as undo:
            for name, page in wanted.items():
                old = self._open.get(name)
                if old is None or old.page.address != page.address:
                    fresh[name] = _Served(name, page)
                    undo.callback(fresh[name].close)
            undo.pop_all()
        for name, served in self._open.items():
            if name in wanted and name not in fresh:
                served.page = wanted[name]
                fresh[name] = served
            else:
                served.close()
        self._open = fresh

    def close(self) -> None:
        self.change({})
