"""A real browser, driven over the pipe it offers for that."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")

_AS_3_AND_4 = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
_START = _AS_3_AND_4 + "os.execv(sys.argv[3], sys.argv[3:])"


@dataclass
class Browser:
    """One tab. `complaints`: what it noted about pages, such as what their policy forbids."""

    to: IO[bytes]
    back: IO[bytes]
    session: str | None = None
    count: int = 0
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session is not None:
            message["sessionId"] = self.session
        self.to.write(json.dumps(message).encode() + b"\0")
        self.to.flush()
        return self._until(lambda said: said.get("id") == message["id"])["result"]

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self._until(lambda said: said.get("method") == "Page.loadEventFired")

    def run(self, script: str) -> Any:
        return self.call("Runtime.evaluate", expression=script)["result"].get("value")

    def press(self, selector: str) -> None:
        """Click, and wait for the page that comes of it."""
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        self._until(lambda said: said.get("method") == "Page.loadEventFired")

    def _until(self, wanted: Any) -> dict[str, Any]:
        while True:
            said = json.loads(self._read())
            match said.get("method"):
                case "Network.requestWillBeSent":
                    self.requests.append(said["params"]["request"]["url"])
                case "Log.entryAdded":
                    self.complaints.append(said["params"]["entry"]["text"])
                case _:
                    pass
            if wanted(said):
                return said

    def _read(self) -> bytes:
        found = bytearray()
        while (sign := self.back.read(1)) != b"\0":
            assert sign, "the browser ended"
            found += sign
        return bytes(found)


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    # Out of the way of 3 and 4, which is where the browser looks.
    high = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (theirs_in, theirs_out)]
    os.close(theirs_in)
    os.close(theirs_out)
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--remote-debugging-pipe",
        f"--user-data-dir={folder}",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", _START, *map(str, high), str(PROGRAM), *options, "about:blank"],
        pass_fds=high,
        stderr=subprocess.DEVNULL,
    )
    for each in high:
        os.close(each)
    with process, os.fdopen(ours_out, "wb") as to, os.fdopen(ours_in, "rb") as back:
        browser = Browser(to=to, back=back)
        try:
            target = browser.call("Target.createTarget", url="about:blank")["targetId"]
            attached = browser.call("Target.attachToTarget", targetId=target, flatten=True)
            browser.session = attached["sessionId"]
            for domain in ("Page", "Network", "Log"):
                browser.call(f"{domain}.enable")
            yield browser
        finally:
            process.terminate()
