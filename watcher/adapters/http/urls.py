"""Which URLs a secret may be sent to."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from watcher.adapters.http.private import forbidden


def require_safe_url(url: str) -> None:
    """Raise ValueError unless the URL is https, or http to this very machine.

    The sentence names scheme and host only: the rest of a webhook's URL is a secret.
    """
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("a URL must be printable ASCII without spaces")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(
            "not a URL: write it like https://host.example or https://host.example:8443"
        ) from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("not an https URL: write it like https://host.example")
    if (why := forbidden(host)) is not None:
        raise ValueError(str(why))
    if "@" in parts.netloc:
        raise ValueError(f"{parts.scheme}://…@{host}: a URL must not carry a user name or a password")
    if parts.scheme == "http" and not is_this_machine(host):
        raise ValueError(
            f"http://{host}: secrets are sent over https only; plain http is for this machine "
            "(127.0.0.1, [::1], localhost)"
        )


def is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
