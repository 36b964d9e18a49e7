"""`schema`: the JSON schema of the configuration, for editors."""

from argparse import ArgumentParser, Namespace

from watcher.cli.process import Process
from watcher.record.exit_codes import Exit


def declare(_command: ArgumentParser) -> None:
    """It has none."""


def run(_options: Namespace, process: Process) -> Exit:
    from watcher.settings.generate import schema_text

    process.out.write(schema_text())
    return Exit.DONE
