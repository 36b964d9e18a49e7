"""What a history is: a number, which is its seed and its place, and what happens in it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.histories.play import Play, playing


@dataclass(frozen=True, kw_only=True)
class History:
    """`mail`: somebody is told by mail too."""

    number: int
    accounts: int
    projects: int
    mail: bool
    play: Callable[[Play], None]

    @property
    def name(self) -> str:
        return f"{self.number:02}-{self.play.__name__.replace('_', '-')}"

    def text(self, folder: Path) -> str:
        with playing(
            folder, self.number, accounts=self.accounts, projects=self.projects, mail=self.mail
        ) as play:
            play.transcript.lines.append(f"{self.name}: {self.play.__doc__}")
            self.play(play)
        return play.transcript.text()


def history(
    number: int, *, accounts: int = 10, projects: int = 3, mail: bool = False
) -> Callable[[Callable[[Play], None]], History]:
    def held(play: Callable[[Play], None]) -> History:
        return History(number=number, accounts=accounts, projects=projects, mail=mail, play=play)

    return held
