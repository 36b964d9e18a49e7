"""What lifts each brake: the same words wherever a halt is told."""

from collections.abc import Iterable
from typing import assert_never

from watcher.brakes.halts import Brake, Halt
from watcher.texts.commands import to_accept_the_baseline, to_approve, to_resolve, to_resume


def ways_out(halts: Iterable[Halt], docket_id: str) -> tuple[str, ...]:
    """What lifts these, each thing once, in their order. `docket_id`: the releases an approval would name."""
    return tuple(dict.fromkeys(way_out(halt, docket_id) for halt in halts))


def way_out(halt: Halt, docket_id: str) -> str:
    """A clause without a full stop; what is to be typed stands between backticks."""
    match halt.brake:
        case Brake.TOO_MANY | Brake.FLEET_SHARE | Brake.PROJECT_SHARE | Brake.VALUE | Brake.KEEP_AT_LEAST:
            return f"`{to_approve(docket_id)}` allows exactly these"
        case Brake.FLEET_DROP | Brake.PROJECT_EMPTY:
            return f"ends when the accounts are back; if they are gone for good: `{to_accept_the_baseline()}`"
        case Brake.IDLE_JUMP:
            return f"ends when their use shows again; if they are unused indeed: `{to_accept_the_baseline()}`"
        case Brake.UNKNOWN_SHARE:
            return "unknown use ends when it can be read: `lease-watcher audit` names what is in the way"
        case Brake.DATA_AGE:
            return "old facts end with a turn that reads everything in time"
        case Brake.CLOCK_UNPROVED:
            return "an unproved clock ends when the API answers with a Date, and from no cache"
        case Brake.CLOCK_OFF:
            return "a wrong clock ends when this machine's is set right"
        case Brake.UNRESOLVED:
            return f"the next turn reads back; if you know how it ended: `{to_resolve('ACCOUNT')}`"
        case Brake.PAUSED:
            return f"`{to_resume(halt.project)}` lifts it"
        case Brake.KEY_SUSPENDED:
            return "a suspension of the key ends when the provider lifts it"
        case Brake.CONFIGURATION_REFUSED:
            return "a refused configuration ends when a good one is read: `lease-watcher check`, then reload"
        case Brake.HISTORY:
            return "short history ends by itself"
        case _:
            assert_never(halt.brake)
