"""Which tests one worker is given together: they share what is dear to make. Every other one goes by itself.

pytest-xdist's own groups (`xdist_group`) are names put behind a test's id, which pytest 9.2 does not look at.
"""

from collections.abc import Mapping
from typing import Final

from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final[Mapping[str, str]] = {
    "tests/cli/test_looked_back.py": "looked back",
    "tests/house/test_homes.py": "sources",
    "tests/house/test_image.py": "image",
    "tests/house/test_names.py": "sources",
    "tests/house/test_words.py": "sources",
}


class Scheduling(LoadScopeScheduling):
    """The largest groups begin first: who is given one last would end long after the others."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.partition("::")[0], nodeid)
