"""The script that a partner would write: one request after the other, and a list of what nobody posts on.

`python -m benchmarks.script PORT PROJECTS`. It knows no scope, no hold, no notice, no window and no error; it
is here for what a turn costs beside it.
"""

import sys
from datetime import UTC, datetime, timedelta

import httpx

from benchmarks.measured import Meter


def main(port: int, projects: int) -> None:
    meter, done, unused = Meter(), 0, []
    long_ago = (datetime.now(UTC) - timedelta(days=21)).isoformat()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": "Bearer x"}) as client:
        for number in range(projects):
            path = f"/v1/projects/prj_{number:08d}"
            leased = client.get(f"{path}/leased-accounts").raise_for_status().json()["items"]
            posts = client.get(f"{path}/scheduled-posts").raise_for_status().json()["items"]
            used = {post["socialAccountId"] for post in posts if post["publishedAt"] > long_ago}
            unused += [one["handle"] for one in leased if one["socialAccountId"] not in used]
            done += len(leased)
    assert unused, "one in twenty"
    meter.tell(done)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
