"""What the demo's partner configured."""

from watcher.sandbox.fleets import mixed_fleet

NAME = "lease-watcher.toml"

_TEXT = """\
mode = "enforce"

[api]
base_url = "{url}"
tier = "partner"

[store]
url = "sqlite:///watcher.db"

[brakes]
max_share = 0.3         # the demo's fleet is small: 3 of 15 accounts are above the default of 0.1

[projects.acme-coffee]
id = "{acme}"
enrolled = true
[projects.northwind-travel]
id = "{northwind}"
enrolled = true
[projects.lumen-fitness]
id = "{lumen}"
enrolled = true

[policies.standard.release]
when = "idle"           # unused for 21 days, by default
notice = "24h"
lead = "6h"

[policies.standard.protect]
handles = ["brand.*"]
min_followers = 50000

[notifiers.ops]
kind = "webhook"
url = "{url}/_sandbox/inbox"
"""


def configuration(url: str) -> str:
    """A configuration for the mixed fleet of a sandbox at `url`."""
    return _TEXT.format(
        url=url,
        acme=mixed_fleet.ACME_COFFEE,
        northwind=mixed_fleet.NORTHWIND_TRAVEL,
        lumen=mixed_fleet.LUMEN_FITNESS,
    )
