"""`completion`: a script for the shell, such as `eval "$(lease-watcher completion bash)"`."""

from argparse import Namespace

import shtab

from watcher.cli.parser import build_parser
from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    surroundings.out.write(f"{shtab.complete(build_parser(), shell=options.shell)}\n")
    return Exit.DONE
