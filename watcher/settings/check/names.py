"""Names, ids and words: what is referred to exists, once, and can be one."""

import unicodedata
from collections.abc import Iterator

from watcher.adapters.evidence.catalog import SOURCES
from watcher.facts.handles import folded
from watcher.facts.health import HEALTH
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy
from watcher.settings.declare import Path, dotted
from watcher.settings.findings import Complaint, Gravity, nearest
from watcher.settings.model import Settings
from watcher.texts.foreign import LONGEST_NAME, is_short
from watcher.texts.globs import unclosed
from watcher.texts.letters import letters, seen


def references(settings: Settings) -> Iterator[Complaint]:
    yield from _policies_named(settings)
    yield from _projects(settings)
    yield from _accounts(settings)
    yield from _evidence(settings)
    if settings.mode is Mode.ENFORCE and not any(each.enrolled for each in settings.projects.values()):
        yield Complaint(
            path=("mode",),
            message="enforces nothing: no project is enrolled",
            fix="set `enrolled = true` in a project",
            severity=Gravity.WARNING,
        )


def _policies_named(settings: Settings) -> Iterator[Complaint]:
    users: list[tuple[Path, tuple[str, ...]]] = [(("discovery", "policy"), settings.discovery.policy)]
    users += [(("projects", name, "policy"), each.policy) for name, each in settings.projects.items()]
    for path, names in users:
        if not names:
            yield Complaint(path=path, message="names no policy", fix='name one, such as "standard"')
        for name in names:
            if name not in settings.policies:
                close = nearest(name, settings.policies)
                yield Complaint(
                    path=path,
                    message=f"there is no policy `{name}`",
                    suggestion=close,
                    fix=f'write "{close}"' if close else f"add [{dotted(('policies', name))}]",
                    rests_on=(("policies", name),),
                )


def _projects(settings: Settings) -> Iterator[Complaint]:
    first: dict[str, str] = {}
    for name, project in settings.projects.items():
        path = ("projects", name, "id")
        yield from _id(path, project.id)
        if project.id in first:
            yield Complaint(
                path=path,
                message=f"is the id of {dotted(('projects', first[project.id]))} too",
                fix="keep one of the two tables",
                rests_on=(("projects", first[project.id], "id"),),
            )
        first.setdefault(project.id, name)
        words = [("owner", project.owner), *(("labels", each) for pair in project.labels for each in pair)]
        for key, word in words:
            if word is not None and (not word.strip() or not word.isprintable()):
                yield Complaint(
                    path=("projects", name, key),
                    message="is empty, or holds a sign that cannot be shown",
                    fix="write it in plain words, or leave it out",
                )


def _accounts(settings: Settings) -> Iterator[Complaint]:
    for place, hold in enumerate(settings.holds):
        yield from _id(("holds", place, "account"), hold.account)
    for name, policy in settings.policies.items():
        for place, account in enumerate(policy.protect.accounts):
            yield from _id(("policies", name, "protect", "accounts", place), account)


def _id(path: Path, id: str) -> Iterator[Complaint]:
    if (why := _not_an_id(id)) is not None:
        yield Complaint(path=path, message=why, fix="write the id as Layers shows it")


def _not_an_id(text: str) -> str | None:
    if not text:
        return "is empty"
    if text.startswith("@"):
        return "is a handle, not an id"
    if any(sign in "/?#\\" or sign.isspace() or not sign.isprintable() for sign in text):
        return "is no id: it holds a space or one of / ? # \\"
    return None if is_short(text) else f"is longer than any id ({LONGEST_NAME} bytes)"


def _evidence(settings: Settings) -> Iterator[Complaint]:
    for name, policy in settings.policies.items():
        path = ("policies", name, "evidence")
        for place, source in enumerate(policy.evidence):
            if source not in SOURCES:
                close = nearest(source, SOURCES)
                yield Complaint(
                    path=(*path, place),
                    message=f"there is no evidence source `{source}`",
                    suggestion=close,
                    fix=f"use one of: {', '.join(SOURCES)}",
                )
        if set(policy.evidence) == {HEALTH}:
            yield Complaint(
                path=path,
                message="names nothing that sees use: health is none, and unknown is never unused",
                fix='write ["posts", "health"]',
            )
        if not policy.evidence:
            yield Complaint(
                path=path,
                message="is empty: no use could ever be seen, nor that there is none",
                fix='write ["posts"], or leave it out',
            )


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
            severity=Gravity.WARNING,
        )


def _unwritable(word: str) -> str | None:
    """What no handle and no platform holds between its letters."""
    inner = word.strip()
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in inner):
        return "holds a control character"
    return "holds a space" if any(sign.isspace() for sign in inner) else None
