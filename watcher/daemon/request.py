"""That somebody asked for another configuration: standard library only, for it is needed first of all."""


class Request:
    """Somebody's wish that the configuration be read again.

    `ask` is a signal's handler: it takes no lock, for it may interrupt the very thread that holds one.
    """

    def __init__(self) -> None:
        self._asked = False

    def ask(self) -> None:
        self._asked = True

    def waits(self) -> bool:
        """Whether it was asked for and not taken yet: what was typed may take power away."""
        return self._asked

    def take(self) -> bool:
        """Whether it was asked for since the last time."""
        if not self._asked:
            # Nothing is written here: a signal that comes between a look and a write would be lost.
            return False
        self._asked = False
        return True
