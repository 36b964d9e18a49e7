"""Bugs that are planted into the real code, each for as long as a `with` lasts: the prover must find them.

`shows`: which histories can show one at all, so that the search for a seed plays no others. `found_by`: what
the oracle then says. `seed`: one that finds it; `python -m tests.simulation --planted NAME` looks there
first. A new one is a function that plants it, and one entry of its file.
"""

from tests.simulation.planted.acting import ACTING
from tests.simulation.planted.bug import Planted
from tests.simulation.planted.codes import CODES
from tests.simulation.planted.judging import JUDGING
from tests.simulation.planted.keeping import KEEPING
from tests.simulation.planted.telling import TELLING

PLANTED: dict[str, Planted] = {**JUDGING, **ACTING, **KEEPING, **CODES, **TELLING}
"""By name."""
