"""The closed lists of reasons, of an account and of a turn:
log field, metric label, ledger column, JSON value and test id alike."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an account is judged or planned as it is."""

    # the judge's
    UNUSED = "unused"
    TERM = "term"
    IN_USE = "in_use"
    POLICY_NEVER = "policy_never"
    NOT_ENROLLED = "not_enrolled"
    HELD = "held"
    PROTECTED_ACCOUNT = "protected_account"
    PROTECTED_HANDLE = "protected_handle"
    PROTECTED_FOLLOWERS = "protected_followers"
    PROTECTED_HEALTH = "protected_health"
    HEALTH_UNKNOWN = "health_unknown"
    """Its policy names its health as evidence, all else would let it go, and nobody could say."""
    CANNOT_MATCH = "cannot_match"
    NO_POLICY = "no_policy"
    ACTIVITY_UNKNOWN = "activity_unknown"
    NOT_DUE = "not_due"
    """Too far from renewal to ask for evidence yet."""
    RENEWAL_PENDING = "renewal_pending"

    PERSON = "person"
    """A person asked for its release."""

    # the plan's
    WINDOW_NOT_OPEN = "window_not_open"
    NOTICE_TO_COME = "notice_to_come"
    NOTICE_UNANSWERED = "notice_unanswered"
    NOTICE_TOO_YOUNG = "notice_too_young"
    NOTICE_LATE = "notice_late"
    OBSERVING = "observing"
    TOO_LATE = "too_late"
    CHANGED_TOO_LATE = "changed_too_late"
    """No turn can mend it any more, and a change of a person's made it late: nothing is missed."""
    UNRESOLVED = "unresolved"
    REFUSED_BEFORE = "refused_before"
    ATTEMPTS_SPENT = "attempts_spent"
    ALREADY_RELEASED = "already_released"
    RELEASE_UNDONE = "release_undone"
    """The API confirmed its release, and lists the same lease again."""

    # the shell's
    BRAKED = "braked"
    KEY_LACKS_SCOPE = "key_lacks_scope"
    """The API says that the key may not release."""
    FACTS_CHANGED = "facts_changed"
    WORD_OVER = "word_over"
    """The person's word for its release is over, used, or not of this lease."""
    RULES_TO_COME = "rules_to_come"
    """A changed configuration is to be read first."""
    LISTED_TWICE = "listed_twice"
    """Right before its release another project listed the account too."""
    LOCK_LOST = "lease_lost"  # as machines have always been told
    """Another watcher acts on this ledger."""


class Trouble(StrEnum):
    """Why a turn could not go on."""

    KEY_REFUSED = "key_refused"
    KEY_SUSPENDED = "key_suspended"
    KEY_LACKS_SCOPE = "key_lacks_scope"
    """The key may read and not release: the fleet was watched, and nothing given back."""
    API_UNREACHABLE = "api_unreachable"
    LEDGER_HELD = "ledger_held"
    """Another watcher acts on this ledger: this turn did nothing, or nothing more."""
