"""What a browser shows of a page, as a picture. Needs Chromium, and pngquant to make it small."""

import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.adapters.pages.keep.browser import PROGRAM, browsing

_PAINTED: Final = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""What has a new size is drawn by the second frame: on a slow machine, parts of it were missing."""


def picture(page: str, to: Path, *, width: int, dark: bool = False, most: int | None = None) -> None:
    """The whole page, as high as it is; or so much of it from above."""
    if PROGRAM is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, browsing(Path(folder)) as browser:
        # What the browser started may write on for a moment after its end.
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        browser.call("Emulation.setEmulatedMedia", features=[scheme])
        browser.call("Emulation.setScrollbarsHidden", hidden=True)
        size = {"width": width, "deviceScaleFactor": 1, "mobile": False}
        browser.call("Emulation.setDeviceMetricsOverride", height=100, **size)
        browser.open(file.as_uri())
        height = min(browser.run("document.documentElement.scrollHeight"), most or 10_000)
        browser.call("Emulation.setDeviceMetricsOverride", height=height, **size)
        browser.call("Runtime.evaluate", expression=_PAINTED, awaitPromise=True)
        to.write_bytes(b64decode(browser.call("Page.captureScreenshot", format="png")["data"]))
    _smaller(to)


def _smaller(file: Path) -> None:
    if shutil.which("pngquant") is None:
        raise SystemExit("no pngquant here: apt-get install pngquant")
    words = ["pngquant", "64", "--nofs", "--strip", "--force", f"--output={file}", str(file)]
    subprocess.run(words, check=True, timeout=60)
