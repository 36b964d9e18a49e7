"""What is told of the process's environment, whichever adapter reads it."""


class UnusableVariable(ValueError):
    """A variable is set to what cannot be used. Of what may hold a password nothing is in the text."""

    def __init__(self, variable: str, message: str, fix: str) -> None:
        super().__init__(f"{variable} {message}: {fix}")
        self.variable, self.message, self.fix = variable, message, fix
