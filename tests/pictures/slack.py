"""`python -m tests.pictures.slack`: what a reader sees in Slack, as `docs/pictures/slack.png`.

Needs Chromium and pngquant. The page only approximates how Slack shows blocks; the message is the real one.
"""

import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.builders import IN_USE, halted
from watcher.adapters.channels.slack_message import message
from watcher.brakes import Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.events import Event, EventKind, RenewalFacts
from watcher.ports.notifier import Digest

PICTURE: Final = Path(__file__).parents[2] / "docs" / "pictures" / "slack.png"
NOW: Final = datetime(2026, 5, 18, 12, 4, tzinfo=UTC)
SIZE: Final = "880,580"

PAGE: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 18px 22px; font: 15px/1.47 Lato, "DejaVu Sans", sans-serif; color: #1d1c1d }}
.who {{ font-weight: 900 }}
.app {{ font-size: 10px; background: #e8e8e8; border-radius: 2px; padding: 1px 3px; color: #616061 }}
.at {{ font-size: 12px; color: #616061; margin-left: 6px; font-weight: 400 }}
h1 {{ font-size: 18px; margin: 6px 0 2px }}
.context {{ font-size: 12.5px; color: #616061; margin: 2px 0 8px }}
code {{ font: 12px Menlo, "DejaVu Sans Mono", monospace; color: #c01343; background: #f8f8f8;
  border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px }}
ul {{ margin: 2px 0 10px; padding-left: 26px }}
</style>
<div><span class="who">lease-watcher</span> <span class="app">APP</span>
<span class="at">12:04</span></div>
{body}"""


def digest() -> Digest:
    return Digest(id="picture", at=NOW, live=True, events=tuple(_events()))


def _events() -> Iterator[Event]:
    many = Halt(brake=kinds.TOO_MANY, measured="24 releases", limit="20")
    entries = (
        Entry(
            period=LeasePeriod(account=AccountId(f"sa_{number}"), renews_at=NOW + timedelta(hours=6)),
            project=ProjectId("prj_acme"),
            handle=f"due.{number}",
            price_cents=15_000,
            place=Place.DUE if number < 3 else Place.OPENING,
            closes=NOW + timedelta(hours=6 + number, minutes=-10),
        )
        for number in range(24)
    )
    yield halted(many, docket=Docket(entries=tuple(entries)), now=NOW)
    failed = (
        "@sourdough.daily was not released, as the API refused; not tried again without a person "
        "(409 NOT_LEASED)"
    )
    yield _about("sourdough.daily", "acme", 9, EventKind.RELEASE_FAILED, failed)
    hostile = ("latte.art.lab", "_a_*b*", "<!channel> <img src=x onerror=alert(1)>")
    for number, handle in enumerate(hostile):
        yield _about(
            handle,
            "acme",
            31 + number,
            EventKind.RELEASE_ANNOUNCED,
            f"@{handle} will be released in 1 d 1 h, Tue 19 May 13:00 UTC at the earliest, saving $150.00 "
            "due in 1 d 7 h, Tue 19 May 19:00 UTC; no post published through Layers for 34 d; to keep it: "
            f"lease-watcher hold sa_01HX9Y7K8M2P4RSTUV5678{number}",
        )
    warned = (
        "@trail.notes renews in 3 d, Thu 21 May 12:04 UTC for $149.00; no post published through Layers "
        "for 19 d; will be released before that unless it is used or held"
    )
    yield _about("trail.notes", "globex", 72, EventKind.RENEWAL_WARNING, warned)
    for number in range(212):
        yield _about(f"used{number}", "acme", 72, EventKind.RENEWAL_WARNING, "in use", facts=IN_USE)


def _about(
    handle: str, project: str, hours: int, kind: EventKind, text: str, facts: RenewalFacts | None = None
) -> Event:
    account = AccountId(f"sa_{handle}")
    return Event(
        kind=kind,
        key=f"{kind}:{handle}",
        at=NOW,
        what=text,
        project=ProjectId(f"prj_{project}"),
        project_name=project,
        account=account,
        handle=handle,
        period=LeasePeriod(account=account, renews_at=NOW + timedelta(hours=hours)),
        cents=15_000,
        facts=facts,
    )


def page(sent: Mapping[str, Any]) -> str:
    return PAGE.format(body="\n".join(map(_shown, sent["blocks"])))


def _shown(element: Mapping[str, Any]) -> str:
    """One part of a message in HTML; an unknown part is an error, for it would be missing in the picture."""
    match element:
        case {"type": "header", "text": {"text": text}}:
            return f"<h1>{escape(text)}</h1>"
        case {"type": "context", "elements": [{"text": text}]}:
            return f'<div class="context">{escape(text)}</div>'
        case {"type": "rich_text", "elements": parts}:
            return "".join(map(_shown, parts))
        case {"type": "rich_text_section", "elements": parts}:
            return f"<div>{''.join(map(_shown, parts))}</div>"
        case {"type": "rich_text_list", "elements": parts}:
            return f"<ul>{''.join(f'<li>{_shown(part)}</li>' for part in parts)}</ul>"
        case {"type": "text", "text": text, "style": {"bold": True}}:
            return f"<b>{escape(text)}</b>"
        case {"type": "text", "text": text, "style": {"code": True}}:
            return f"<code>{escape(text)}</code>"
        case {"type": "text", "text": text}:
            return escape(text)
    raise ValueError(f"no picture of {element['type']}")


def main() -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "slack.html"
        file.write_text(page(message(digest())), encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += ["--disable-lcd-text"]
        command += [f"--user-data-dir={folder}/profile", f"--window-size={SIZE}", f"--screenshot={PICTURE}"]
        subprocess.run([*command, file.as_uri()], check=True, timeout=60, capture_output=True)
    smaller = ["pngquant", "16", "--nofs", "--strip", "--force", f"--output={PICTURE}", str(PICTURE)]
    subprocess.run(smaller, check=True, timeout=60)


if __name__ == "__main__":
    main()
