"""The tables, as the newest migration leaves them.

Three indexes are of some rows only. Which stands in the migrations that make them: said here, it would load
the dialects of SQLite and PostgreSQL both wherever a ledger of one of them is opened.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

from watcher.adapters.ledger.column_types import Duration, Instant, Word
from watcher.facts.activity import Use
from watcher.memory.remembered import TurnKind
from watcher.messages.outbox import Delivered, Stale
from watcher.record.intents import Ending
from watcher.record.notices import Void
from watcher.record.outcomes import Cause, OutcomeKind
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Mode

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organization", String),
    Column("base_url", String),
    Column("watermark", Instant),
    Column("shard", String),
    CheckConstraint("id = 1", name="one_row"),
)

lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("host", String),
    Column("machine", String),
    Column("pid", BigInteger),
    Column("process", String),
    Column("token", String),
    Column("since", Instant),
    Column("until", Instant),
    CheckConstraint("id = 1", name="one_lease"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", Word(TurnKind), nullable=False),
    Column("mode", Word(Mode), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("unbroken_since", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("completed", Boolean, nullable=False),
    Column("exit_code", Integer),
    Column("summary", JSON, nullable=False),
    Index("turns_finished", "kind", "completed", "started_at"),
)

projects = Table(
    "projects",
    metadata,
    Column("project", String, primary_key=True),
    Column("shown", Boolean, nullable=False),
    Column("read_at", Instant),
    Column("unreadable_since", Instant),
    Column("missing_since", Instant),
    Column("blank_since", Instant),
    Column("rules", String),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account", String, primary_key=True),
    Column("project", String, primary_key=True),
    Column("handle", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("followers", BigInteger),
    Column("assigned_at", Instant, nullable=False),
    Column("renews_at", Instant, nullable=False),
    Column("price_cents", BigInteger, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("used_what", Word(Use)),
    Column("usage", Word(Usage), nullable=False),
    Column("turned_idle_at", Instant),
    Column("reason", Word(Reason)),
    Column("decided_at", Instant),
    Column("gone_at", Instant),
    Column("handle_folded", String, nullable=False),
    Column("used_for", Instant),
    Column("unshown_since", Instant),
    Column("missed_at", Instant),
    Column("explanation", String),
    Index("accounts_of_project", "project"),
    Index("accounts_by_handle", "handle_folded"),
)
Index(
    "accounts_listed",
    accounts.c.account,
    accounts.c.project,
)

strange = Table(
    "strange",
    metadata,
    Column("project", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("present", Boolean, nullable=False),
    Index("strange_by_account", "account"),
)
"""What a project ever listed that was not understood or believed; `present`: at its last good reading."""

observations = Table(
    "observations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False),
    Column("project", String, nullable=False),
    Column("turn", ForeignKey("turns.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("facts", JSON, nullable=False),
    Index("observations_of_account", "account", "at"),
    Index("observations_by_time", "at"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("account", String, nullable=False),
    Column("renews_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("turn", ForeignKey("turns.id"), nullable=False),
    Column("voided", Word(Void)),
    Column("voided_at", Instant),
    Column("assigned_at", Instant),
    Column("handle", String),
    Column("platform", String),
    Index("notices_of_period", "account", "renews_at"),
)

intents = Table(
    "intents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False),
    Column("project", String, nullable=False),
    Column("handle", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("followers", BigInteger),
    Column("assigned_at", Instant, nullable=False),
    Column("renews_at", Instant, nullable=False),
    Column("price_cents", BigInteger, nullable=False),
    Column("turn", ForeignKey("turns.id"), nullable=False),
    Column("policy", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("ending", Word(Ending)),
    Column("ended_at", Instant),
    Column("detail", String, nullable=False),
    Column("request_id", String),
    Column("said_by", String),
    Column("asked_by", String),
    Column("asked_at", Instant),
    Column("halt_over", String),
    Index("intents_of_project", "project"),
    Index("intents_of_period", "account", "renews_at"),
)
Index(
    "one_unresolved_intent",
    intents.c.account,
    unique=True,
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Word(OutcomeKind), nullable=False),
    Column("account", String, nullable=False),
    Column("renews_at", Instant, nullable=False),
    Column("project", String, nullable=False),
    Column("handle", String, nullable=False),
    Column("price_cents", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("cause", Word(Cause)),
    Column("estimated", Boolean, nullable=False),
    Column("undone_at", Instant),
    Column("explanation", String),
    UniqueConstraint("account", "renews_at", "kind", name="one_outcome_of_a_kind"),
    Index("outcomes_by_time", "kind", "at"),
)

overrides = Table(
    "overrides",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Word(OverrideKind), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String, nullable=False),
    Column("why", String, nullable=False),
    Column("account", String),
    Column("project", String),
    Column("until", Instant),
    Column("periods", JSON, nullable=False),
    Column("problem", String),
    Column("handle", String),
    Column("began", Instant),
    Column("used_at", Instant),
    Column("exit", Integer),
    Column("begins", Instant),
)

dockets = Table(
    "dockets",
    metadata,
    Column("docket", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("periods", JSON, nullable=False),
    Column("halts", JSON),
)

problems = Table(
    "problems",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("content", String, nullable=False),
    Column("text", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("project", String),
    Column("follows", String, nullable=False, server_default=""),
    Column("periods", JSON, nullable=False, server_default="[]"),
)

channels = Table(
    "channels",
    metadata,
    Column("notifier", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Instant),
    Column("next_at", Instant),
    Column("refusing", Boolean, nullable=False),
    Column("why", String, nullable=False),
    Column("sent", JSON, nullable=False),
)

threads = Table(
    "threads",
    metadata,
    Column("notifier", String, primary_key=True),
    Column("topic", String, primary_key=True),
    Column("thread", String, nullable=False),
)

receivers = Table(
    "receivers",
    metadata,
    Column("key", String, primary_key=True),
    Column("notifier", String, primary_key=True),
    Column("receiver", String, primary_key=True),
    Column("accepted", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("notifier", String, nullable=False),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("event", JSON, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("state", Word(Delivered), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String),
    Column("accepted_at", Instant),
    Column("given_up_at", Instant),
    Column("account", String),
    Column("renews_at", Instant),
    Column("rung", Duration),
    Column("topic", String),
    Column("closing", Boolean, nullable=False, server_default=false()),
    Column("counted", Boolean),
    Column("begun_at", Instant),
    Column("together", Integer),
    Column("twice", Integer, nullable=False, server_default="0"),
    Column("stale", Word(Stale)),
    Column("ended_at", Instant),
    Column("dropped_by", String),
    Column("receiver", String),
    UniqueConstraint("key", "notifier", name="told_once"),
    Index("outbox_by_state", "state", "notifier"),
    Index("outbox_by_topic", "topic", "notifier"),
)
Index(
    "outbox_rungs",
    outbox.c.account,
    outbox.c.renews_at,
)
