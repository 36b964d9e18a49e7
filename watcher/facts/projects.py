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
    compared = {id_: letters(name) for id_, name in names.items()}
    alike = Counter(compared.values())
    typed = Counter(word for id_, word in compared.items() if id_ in configured)

    def is_alone(id_: ProjectId) -> bool:
        word = compared[id_]
        return alike[word] == 1 or (id_ in configured and typed[word] == 1)

    return {id_: name if is_alone(id_) else f"{name} ({id_})" for id_, name in names.items()}
