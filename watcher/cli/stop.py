"""The way out of a command that cannot go on."""

from watcher.decide.exits import Exit


class Stop(Exception):
    """Ends the command with a code and, on stderr, a text that says what to do. Holds no secret."""

    def __init__(self, code: Exit, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
