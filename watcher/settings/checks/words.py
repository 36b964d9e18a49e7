"""Words for handles and platforms that can never fit one, or not as they were meant."""

import unicodedata
from collections.abc import Iterator

from watcher.domain.foreign import LONGEST_NAME, is_short
from watcher.domain.globs import unclosed
from watcher.domain.handles import folded
from watcher.domain.letters import letters, seen
from watcher.domain.policy import Policy
from watcher.settings.declarations import Path
from watcher.settings.findings import Complaint, Severity
from watcher.settings.model import Settings


def words(settings: Settings) -> Iterator[Complaint]:
    for name, policy in settings.policies.items():
        yield from _of_a_policy(name, policy)


def _of_a_policy(name: str, policy: Policy) -> Iterator[Complaint]:
    for table, globs in (("match", policy.match.handles), ("protect", policy.protect.handles)):
        for place, glob in enumerate(globs):
            yield from _handle(("policies", name, table, "handles", place), glob)
    for place, platform in enumerate(policy.match.platforms):
        path: Path = ("policies", name, "match", "platforms", place)
        if (why := _unwritable(platform)) is not None:
            yield Complaint(path=path, message=why, fix='write its name as in "tiktok"')
        elif not letters(platform):
            yield Complaint(path=path, message="is empty and fits no platform", fix="remove it")


def _handle(path: Path, glob: str) -> Iterator[Complaint]:
    name = folded(glob)
    if (why := _unwritable(glob)) is not None:
        yield Complaint(
            path=path,
            message=why,
            fix="write the handle without spaces, and each handle as a member of its own",
        )
    elif not name and "/" in seen(glob):
        yield Complaint(
            path=path,
            message="is an address that names no handle",
            fix="write the handle, or the whole address of its profile",
        )
    elif not is_short(name):
        yield Complaint(
            path=path,
            message=f"is longer than any handle ({LONGEST_NAME} bytes)",
            fix="write the handle, or a shorter pattern",
        )
    elif not name:
        yield Complaint(path=path, message="is empty and fits no handle", fix="remove it")
    elif unclosed(seen(glob)):
        yield Complaint(
            path=path,
            message="holds a `[` without its `]`, which then stands for itself",
            fix="close it, or write `[[]` for the sign itself",
            severity=Severity.WARNING,
        )


def _unwritable(word: str) -> str | None:
    """What no handle and no platform holds between its letters."""
    inner = word.strip()
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in inner):
        return "holds a control character"
    return "holds a space" if any(sign.isspace() for sign in inner) else None
