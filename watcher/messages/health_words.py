"""How healthy an account is, as people read it, and what to do where that is not known."""

from typing import Final

from watcher.facts.health import Health, HealthTier, HealthUnknown, WhyHealthUnknown

HEALTH_TIER: Final = {
    HealthTier.SHADOWBANNED: "shadow-banned",
    HealthTier.NEW: "new",
    HealthTier.COLD: "cold",
    HealthTier.WARMING_UP: "warming up",
    HealthTier.WARM: "warm",
    HealthTier.HOT: "hot",
}

HEALTH_DOUBT: Final = {
    WhyHealthUnknown.NOT_ASKED: "not asked for yet",
    WhyHealthUnknown.MISSING_SCOPE: "the key lacks social:read",
    WhyHealthUnknown.UNREADABLE: "it could not be read",
    WhyHealthUnknown.UNKNOWN_TIER: "the API calls it something that nobody knows",
    WhyHealthUnknown.TOO_OLD: "the answer was kept by somebody in between",
}

TO_KNOW_HEALTH: Final = {
    WhyHealthUnknown.NOT_ASKED: "nothing: a turn asks before anything is announced",
    WhyHealthUnknown.MISSING_SCOPE: "give the key the scope social:read, or take health out of the evidence",
    WhyHealthUnknown.UNREADABLE: "the next turn asks for the health again; if it lasts, ask the provider",
    WhyHealthUnknown.UNKNOWN_TIER: "ask the provider what it means",
    WhyHealthUnknown.TOO_OLD: "let the cache in between keep no answers of the API",
}
_WITH_THE_SCOPE: Final = "give the key the scope social:read, or take health out of the match of policies"


def to_know_health(why: WhyHealthUnknown, *, matched: bool) -> str:
    """What to do about health that is not known. `matched`: it says which policy governs an account."""
    return _WITH_THE_SCOPE if matched and why is WhyHealthUnknown.MISSING_SCOPE else TO_KNOW_HEALTH[why]


def health_in_words(health: Health) -> str:
    """`hot`; `unknown (the key lacks social:read)`."""
    match health:
        case HealthUnknown(why=why):
            return f"unknown ({HEALTH_DOUBT[why]})"
        case HealthTier():
            return HEALTH_TIER[health]


def its_health(health: Health) -> str:
    """As what an account is kept for."""
    return f"its health is {health_in_words(health)}"
