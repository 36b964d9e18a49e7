"""What watches the watcher: addresses that can be used, and do not collide."""

from collections.abc import Iterator

from watcher.adapters.heartbeat import require_usable as require_told
from watcher.adapters.metrics.options import require_usable
from watcher.adapters.pages.options import address_of
from watcher.settings.declarations import file_twin
from watcher.settings.findings import Complaint
from watcher.settings.model import Settings


def supervision(settings: Settings) -> Iterator[Complaint]:
    yield from _health(settings)
    yield from _metrics(settings)
    yield from _heartbeat(settings)


def _health(settings: Settings) -> Iterator[Complaint]:
    listen, path = settings.health.listen, ("health", "listen")
    if listen is None:
        return
    try:
        address_of(listen)
    except ValueError as error:
        yield Complaint(path=path, message=str(error), fix='write it as in listen = "127.0.0.1:9464"')
    if listen == settings.keep.listen:
        yield Complaint(
            path=path,
            message="is the address of `keep.listen` too: what people reach must not show metrics",
            fix="give it a port of its own",
            rests_on=(("keep", "listen"),),
        )


def _metrics(settings: Settings) -> Iterator[Complaint]:
    try:
        require_usable(settings.metrics)
    except ValueError as error:
        yield Complaint(
            path=("metrics", "pushgateway"),
            message=str(error),
            fix='write it as in pushgateway = "https://pushgateway.example"',
            rests_on=(("metrics", "token"),),
        )
    if settings.metrics.token is not None and settings.metrics.pushgateway is None:
        yield Complaint(
            path=("metrics", "pushgateway"),
            message="is missing beside `token`: nothing is pushed without it",
            fix="add `pushgateway`, or drop the token",
            rests_on=(("metrics", "token"),),
        )


def _heartbeat(settings: Settings) -> Iterator[Complaint]:
    for name in ("url", "plain_url"):
        url = getattr(settings.heartbeat, name)
        if url is None:
            continue
        try:
            require_told(url)
        except ValueError as error:
            yield Complaint(
                path=("heartbeat", name),
                message=str(error),
                fix=f'write it as in {name} = "https://hc-ping.com/…"',
                rests_on=(("heartbeat", file_twin(name)),),
            )
