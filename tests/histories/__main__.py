"""Write the histories anew, which is a deliberate act: read the difference. Or say what they do not show."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.histories.absent import absent
from tests.histories.catalogue import HISTORIES
from tests.histories.recorded import file_of, recorded


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.histories", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--record", action="store_true")
    what.add_argument("--absent", action="store_true", help="the closed words that stand in no history")
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginnings of names; else all")
    options = parser.parse_args()
    if options.absent:
        sys.stdout.writelines(f"{word}\n" for word in absent())
        return 0
    wanted = [name for name in HISTORIES if not options.names or name.startswith(tuple(options.names))]
    if not options.names:
        for gone in recorded() - set(HISTORIES):
            file_of(gone).unlink()
    for name in wanted:
        with TemporaryDirectory() as folder:
            text = HISTORIES[name].text(Path(folder))
        file = file_of(name)
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}: {'as it was' if text == before else 'another'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
