"""What a reader sees in Slack: a page that only approximates how it shows blocks, of a real message."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from tests.builders import NOW
from tests.every_kind import told
from tests.pictures.a_digest import in_use
from watcher.messages.events import Event, EventKind
from watcher.ports.notifier import Digest

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
<span class="at">12:00</span></div>
{body}"""


def digest() -> Digest:
    return Digest(id="picture", at=NOW, live=True, events=tuple(_events()))


def _events() -> Iterator[Event]:
    """Each about other accounts: of so many the last ones."""
    yield from told(EventKind.BRAKE_HALTED, 24)
    yield from told(EventKind.RELEASE_FAILED, 6)[5:]
    yield from told(EventKind.RELEASE_ANNOUNCED, 11)[6:]
    yield from told(EventKind.RENEWAL_WARNING, 12)[11:]
    yield from in_use(212)


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
