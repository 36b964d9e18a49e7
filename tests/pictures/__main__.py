"""Writes every picture of `docs/pictures` anew, or those of another folder, with more to look at."""

import sys
from pathlib import Path
from typing import Final

from tests.adapters.pages.keep.stage import NOW, RENEWS, shown
from tests.pictures import questions, slack, terminal
from tests.pictures.a_digest import a_digest
from tests.pictures.agenda import agenda
from tests.pictures.browser import picture
from watcher.adapters.channels.mail.html import digest_html
from watcher.adapters.channels.slack_message import message
from watcher.adapters.pages.keep.sheets import question
from watcher.adapters.pages.layout import open_paper
from watcher.texts.times import UTC

PICTURES: Final = Path(__file__).parents[2] / "docs" / "pictures"
_READ_AT, _WIDE = 100, 820
"""Cells of a terminal, and what it takes on a page."""


def main(folder: Path, *, more: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    mail, session = digest_html(a_digest()), terminal.session()
    asked = shown(release_at=RENEWS.replace(hour=10), why="no post published through Layers for 40 d")
    picture(mail, folder / "email.png", width=720)
    picture(slack.page(message(slack.digest())), folder / "slack.png", width=880)
    picture(open_paper().write(question(asked, NOW, UTC)), folder / "keep.png", width=560)
    picture(terminal.page(session), folder / "terminal.png", width=980)
    report = terminal.report()
    picture(report, folder / "report.png", width=1180, most=1090)
    standing = terminal.standing()
    picture(standing, folder / "status.png", width=1180)
    with questions.asked() as desk:
        for name, command in questions.QUESTIONS.items():
            said = list(questions.typed(desk, command, wide=_READ_AT))
            drawn = terminal.page(said, wide=_READ_AT)
            if command == questions.CALENDAR:
                drawn = agenda(desk.folder.joinpath(questions.FILE).read_text(encoding="utf-8"))
            picture(drawn, folder / f"{name}.png", width=_WIDE)
    if more:
        picture(standing, folder / "status-dark.png", width=1280, dark=True)
        picture(standing, folder / "status-phone.png", width=390)
        picture(report, folder / "report-whole.png", width=1280)
        picture(report, folder / "report-dark.png", width=1280, dark=True)
        picture(report, folder / "report-phone.png", width=390)
        picture(mail, folder / "email-dark.png", width=720, dark=True)
        picture(mail, folder / "email-phone.png", width=375)
        picture(digest_html(a_digest(live=False)), folder / "email-observe.png", width=720)
        picture(terminal.page(session, dark=True), folder / "terminal-dark.png", width=980)


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    main(wanted, more=wanted != PICTURES)
