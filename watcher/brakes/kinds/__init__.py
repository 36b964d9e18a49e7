"""The closed list of brakes, in the order in which they are told."""

from collections.abc import Mapping
from typing import Final

from watcher.brakes.halts import Brake
from watcher.brakes.kinds.clock_off import CLOCK_OFF
from watcher.brakes.kinds.clock_unproved import CLOCK_UNPROVED
from watcher.brakes.kinds.configuration_refused import CONFIGURATION_REFUSED
from watcher.brakes.kinds.data_age import DATA_AGE
from watcher.brakes.kinds.fleet_drop import FLEET_DROP
from watcher.brakes.kinds.fleet_share import FLEET_SHARE
from watcher.brakes.kinds.idle_jump import IDLE_JUMP
from watcher.brakes.kinds.keep_at_least import KEEP_AT_LEAST
from watcher.brakes.kinds.key_suspended import KEY_SUSPENDED
from watcher.brakes.kinds.min_history import HISTORY
from watcher.brakes.kinds.paused import PAUSED
from watcher.brakes.kinds.project_empty import PROJECT_EMPTY
from watcher.brakes.kinds.project_share import PROJECT_SHARE
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.brakes.kinds.unknown_share import UNKNOWN_SHARE
from watcher.brakes.kinds.unresolved import UNRESOLVED
from watcher.brakes.kinds.value import VALUE

BRAKES: Final[tuple[Brake, ...]] = (
    TOO_MANY,
    FLEET_SHARE,
    VALUE,
    PROJECT_SHARE,
    KEEP_AT_LEAST,
    FLEET_DROP,
    PROJECT_EMPTY,
    IDLE_JUMP,
    UNKNOWN_SHARE,
    CLOCK_UNPROVED,
    CLOCK_OFF,
    HISTORY,
    DATA_AGE,
    UNRESOLVED,
    PAUSED,
    KEY_SUSPENDED,
    CONFIGURATION_REFUSED,
)

BRAKE_OF: Final[Mapping[str, Brake]] = {brake.word: brake for brake in BRAKES}
"""By its name, as it stands in the ledger and in what was told; one of another version may be missing."""

LIFTED_BY_APPROVAL: Final = frozenset(brake.word for brake in BRAKES if brake.approvable)
"""The names of those of count, share and money."""

LIFTED_BY_BASELINE: Final = frozenset(brake.word for brake in BRAKES if brake.of_a_baseline)
"""The names of those that end as a person accepts the fleet as it is."""
