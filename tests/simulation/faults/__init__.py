"""Every fault, one file a family. A new one is one class, and one line here."""

from tests.simulation.faults import answers, leases, lists, process, receivers, rights
from tests.simulation.happening import Happening

FAULTS: tuple[type[Happening], ...] = (
    answers.ServerError,
    answers.RateLimited,
    answers.Html,
    answers.Truncated,
    answers.LostAnswer,
    answers.LostRequest,
    answers.Unreachable,
    lists.StaleList,
    lists.MissingItem,
    lists.DuplicateItem,
    lists.PageLoop,
    rights.ScopeRemoved,
    leases.PriceChanged,
    leases.RenewalMoved,
    leases.Renamed,
    process.Crash,
    process.CrashAtLedger,
    process.Downtime,
    process.ClockSkew,
    receivers.ReceiverDown,
    receivers.ReceiverSilent,
)
