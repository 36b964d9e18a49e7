"""The baseline: the same httpx with the same threads fetches the same answers, and parses them.

`python -m benchmarks.bare_loop PORT PROJECTS THREADS`
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from benchmarks.measured import Meter


class _Item(TypedDict):
    socialAccountId: str
    projectId: str
    status: str
    handle: str
    platform: str
    followers: int
    assignedAt: str
    nextRenewalAt: str
    monthlyPriceCents: int


class _Items(TypedDict):
    items: list[_Item]


class _Posts(TypedDict):
    items: list[dict[str, str]]


def main(port: int, projects: int, threads: int) -> None:
    meter = Meter()
    leased, posts = TypeAdapter(_Items), TypeAdapter(_Posts)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": "Bearer x"}) as client:

        def read(number: int) -> int:
            path = f"/v1/projects/prj_{number:08d}"
            found = leased.validate_json(client.get(f"{path}/leased-accounts").content)
            posts.validate_json(client.get(f"{path}/scheduled-posts").content)
            return len(found["items"])

        with ThreadPoolExecutor(threads) as pool:
            done = sum(pool.map(read, range(projects)))
    meter.tell(done)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
