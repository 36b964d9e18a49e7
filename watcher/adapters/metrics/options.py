"""What can be said of metrics that a one-shot run hands over."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from watcher.adapters.http.addresses import forbidden, require_safe_url
from watcher.rules.option import option
from watcher.texts.secret import Password, Secret


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricsOptions:
    """`[metrics]`: where `run --once` leaves its metrics. The daemon serves its own, by `[health]`."""

    pushgateway: str | None = option(
        None, "Address of a Prometheus Pushgateway, such as `http://pushgateway:9091`; not given: none."
    )
    job: str = option("lease-watcher", "The group they replace there: one for each CronJob or shard.")
    token: Secret | None = option(
        None, "Sent to it as a bearer token; then its address must be https.", secret=True
    )
    username: str | None = option(None, "For basic authentication, with `password`.")
    password: Password | None = option(
        None, "For basic authentication, with `username`; then its address must be https.", secret=True
    )


def require_usable(options: MetricsOptions) -> None:
    """Raise ValueError unless metrics could be pushed so."""
    url = options.pushgateway
    if url is None:
        return
    if (options.username is None) != (options.password is None):
        raise ValueError("`username` and `password` go together")
    if options.username is not None and (":" in options.username or not options.username.isprintable()):
        raise ValueError("`username` must be one line without a colon")
    if options.username is not None and options.token is not None:
        raise ValueError("is given both a `token` and a `password`: keep one of the two")
    if options.token is not None or options.password is not None:
        require_safe_url(url)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("must be an address such as http://pushgateway:9091, without a user name")
    if (why := forbidden(parts.hostname)) is not None:
        raise ValueError(str(why))
    if parts.query or parts.fragment:
        raise ValueError("must not hold a query or a fragment")
    if not options.job or "/" in options.job:
        raise ValueError("`job` must be a name without a slash")
