"""Writes `docs/pictures/email.png`; needs Chromium."""

import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.pictures.a_digest import a_digest
from watcher.adapters.channels.mail.html import digest_html

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def picture(page: str, to: Path, *, width: int, height: int, dark: bool = False) -> None:
    """What a browser of this size shows of the page."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    with TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=0.75",
        ]
        command += ["--blink-settings=preferredColorScheme=0"] if dark else []
        command += [f"--window-size={width},{height}", f"--screenshot={to}", file.as_uri()]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    target.mkdir(parents=True, exist_ok=True)
    shown = digest_html(a_digest())
    picture(shown, target / "email.png", width=720, height=1850)
    if target != PICTURES:
        picture(shown, target / "email-dark.png", width=720, height=1500, dark=True)
        # Chromium's window is at least 500 wide: a phone is a frame in it.
        phone = f'<iframe srcdoc="{escape(shown)}" width="375" height="1900" frameborder="0"></iframe>'
        picture(phone, target / "email-phone.png", width=500, height=1920)
        picture(digest_html(a_digest(live=False)), target / "email-observe.png", width=720, height=1500)
