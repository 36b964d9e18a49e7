"""`python -m watcher`, whose idle daemon looks twenty times a second: a test of it waits for little else.

python -m tests.daemon.looks_often run
"""

import sys
from datetime import timedelta

from watcher.__main__ import main
from watcher.daemon import loop

if __name__ == "__main__":
    loop._LOOK = timedelta(milliseconds=50)
    sys.exit(main())
