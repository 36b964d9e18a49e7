"""`schema`: the JSON schema of the configuration, for editors."""

from argparse import Namespace

from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit
from watcher.settings.generate import schema_text


def run(_options: Namespace, surroundings: Surroundings) -> Exit:
    surroundings.out.write(schema_text())
    return Exit.DONE
