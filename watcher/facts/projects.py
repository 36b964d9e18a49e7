"""What people call projects, where two of them may be called alike."""

from collections import Counter
from collections.abc import Container, Mapping

from watcher.facts.accounts import ProjectId
from watcher.texts.letters import letters


def told_apart(
    names: Mapping[ProjectId, str], *, configured: Container[ProjectId] = frozenset()
) -> dict[ProjectId, str]:
    """Each project's name, and its id behind it where another one is called the same: `Brand (prj_1)`.

    A configured name is what people type: where it is shared with found projects only, it stays as it is.
    Names are compared as handles are, by their letters.
    """
    alike = Counter(letters(name) for name in names.values())
    typed = Counter(letters(name) for id_, name in names.items() if id_ in configured)
    return {
        id_: name
        if alike[letters(name)] == 1 or (id_ in configured and typed[letters(name)] == 1)
        else f"{name} ({id_})"
        for id_, name in names.items()
    }
