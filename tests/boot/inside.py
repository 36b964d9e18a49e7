"""The Layers API inside the machine: two projects, and faults on demand. Runs there, beside the watcher."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from watcher.sandbox import DEFAULT_KEY, Account, Fleet, Hang, Key, Post, Project, Sandbox

PORT = 8642
WANTED = Path("/opt/hang-delete")
"""While this file is there, the next DELETE is carried out and its answer never comes."""


def now() -> datetime:
    return datetime.now(UTC)


def fleet() -> Fleet:
    """In each project one account long unused, whose window opens soon, and one that renews much later."""
    accounts, posts = [], []
    opens = {"one": 15, "two": 1}
    for project, seconds in opens.items():
        renews = now().replace(microsecond=0) + timedelta(minutes=10, seconds=seconds)
        for name, later in (("idle", 0), ("other", 9)):
            accounts.append(
                Account(
                    id=f"sa_{project}_{name}",
                    project=f"prj_{project}",
                    handle=f"{project}.{name}",
                    assigned_at=renews - timedelta(days=90),
                    next_renewal_at=renews + timedelta(days=later),
                )
            )
        posts.append(
            Post.published(id=f"post_{project}", account=accounts[-2], at=now() - timedelta(days=60))
        )
    projects = [
        Project(id=f"prj_{name}", name=name, created_at=now() - timedelta(days=100)) for name in opens
    ]
    return Fleet(projects=projects, accounts=accounts, posts=posts)


def main() -> None:
    keys = [DEFAULT_KEY, Key(secret="lp_test_rotated", id="key_rotated")]
    sandbox = Sandbox(fleet=fleet(), clock=now, keys=keys)
    stop = Event()

    def listen() -> None:
        while not stop.wait(0.1):
            if WANTED.exists():
                WANTED.unlink()
                sandbox.add_fault(Hang(method="DELETE", seconds=6, apply=True, late=True, times=1))

    Thread(target=listen, daemon=True).start()
    sandbox.serve_forever(PORT, stop, ready=lambda serving: print(serving.url, flush=True))


if __name__ == "__main__":
    main()
