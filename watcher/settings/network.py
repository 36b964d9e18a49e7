"""What the environment says about the network, told like a mistake in the file: before anything is sent."""

from collections.abc import Iterator, Mapping

from watcher.adapters.http.proxies import Unusable, proxies_in
from watcher.adapters.http.trust import KEYS, unusable_trust
from watcher.settings.findings import Complaint, Severity


def network(environ: Mapping[str, str]) -> Iterator[Complaint]:
    """Every variable that the API, the notifiers or the heartbeat could not be reached with."""
    wrong = list(unusable_trust(environ))
    try:
        proxies_in(environ)
    except Unusable as error:
        wrong.append(error)
    for one in wrong:
        yield Complaint(path=("api",), variable=one.variable, message=one.message, fix=one.fix)
    if environ.get(KEYS) and all(one.variable != KEYS for one in wrong):
        yield Complaint(
            path=("api",),
            variable=KEYS,
            message="has the keys of every connection written down: who reads them can read the API key",
            fix="unset it",
            severity=Severity.WARNING,
        )
