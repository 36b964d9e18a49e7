"""Files of policy tests: every mistake at once and where it stands; and one case, written."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.conftest import Desk
from watcher.facts.activity import Use, WhyUnknown
from watcher.record.reasons import Reason
from watcher.rules.judge import Verdict
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy
from watcher.rules.policy_cases import (
    CaseAccount,
    CaseEvidence,
    CaseHold,
    CaseMemory,
    Expectation,
    PolicyCase,
    StepKind,
)
from watcher.settings.findings import Finding
from watcher.settings.generate import schema
from watcher.settings.model import ProjectOptions, Settings
from watcher.settings.policy_tests import CASES, PolicyFile, read_policy_tests, with_case

ROOT = Path(__file__).parents[2]
CONFIGURATION = """
[projects.northwind]
id = "prj_1"
enrolled = true
[policies.standard.release]
when = "idle"
"""
GOOD = """
[[cases]]
name = "a case"
project = "northwind"
now = 2026-11-18T12:00:00Z
account = { renews_at = 2026-11-20T12:00:00Z }
expect = { step = "leave" }
"""


@pytest.fixture
def settings(desk: Desk) -> Settings:
    return desk.settings(CONFIGURATION)


def read(folder: Path, text: str, settings: Settings) -> PolicyFile | tuple[Finding, ...]:
    file = folder / "cases.toml"
    file.write_text(text, encoding="utf-8")
    return read_policy_tests(file, settings)


def wrong(folder: Path, text: str, settings: Settings) -> list[tuple[int | None, str, str, str | None]]:
    found = read(folder, text, settings)
    assert isinstance(found, tuple)
    assert all(one.file == str(folder / "cases.toml") for one in found)
    return [(one.line, one.key, one.message, one.suggestion) for one in found]


def test_a_case_knows_its_line_and_its_project(tmp_path: Path, settings: Settings) -> None:
    found = read(tmp_path, f"{GOOD}{GOOD}", settings)
    assert isinstance(found, PolicyFile)
    assert [one.line for one in found.cases] == [2, 9]
    target = found.cases[0].target
    assert (target.id, target.name, target.enrolled) == ("prj_1", "northwind", True)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path, settings: Settings) -> None:
    text = """\
[[cases]]
name = "x"
nwo = 2026-11-18
project = "northwnd"
account = { renews_at = "soon", folowers = 3 }
evidence = [{ source = "post" }, { use = "publishd_post", at = 2026-01-01 }]
expect = { step = "anounce", policy = "standrd" }
"""
    assert wrong(tmp_path, text, settings) == [
        (1, "cases[0].now", "is missing", None),
        (3, "cases[0].nwo", "unknown key", "now"),
        (4, "cases[0].project", "must be one of: northwind", "northwind"),
        (5, "cases[0].account.folowers", "unknown key", "followers"),
        (
            5,
            "cases[0].account.renews_at",
            'must be a date such as "2026-12-24", or an instant with its offset',
            None,
        ),
        (6, "cases[0].evidence[0].source", "must be one of: posts, health", "posts"),
        (
            6,
            "cases[0].evidence[1].use",
            f"must be one of: {', '.join(each.value for each in Use)}",
            "published_post",
        ),
        (7, "cases[0].expect.policy", "must be one of: standard", "standard"),
        (7, "cases[0].expect.step", "must be one of: warn, announce, release, wait, leave", "announce"),
    ]


@pytest.mark.parametrize(
    ("row", "key", "message"),
    [
        ("{}", "cases[0].evidence[0]", "does not say when that was"),
        (
            '{ unknown = "unreadable", at = 2026-01-01 }',
            "cases[0].evidence[0].unknown",
            "is given beside what was seen",
        ),
        (
            "{ at = 2026-11-18T12:00:01Z }",
            "cases[0].evidence[0].at",
            "is after `now`: what has not happened yet is never believed",
        ),
        ('{ source = "health" }', "cases[0].evidence[0]", "does not say how healthy it is"),
        (
            '{ source = "health", tier = "hot", unknown = "unreadable" }',
            "cases[0].evidence[0]",
            "does not say how healthy it is",
        ),
        (
            '{ source = "health", at = 2026-01-01 }',
            "cases[0].evidence[0].at",
            "is of use, and health is none",
        ),
        (
            '{ source = "health", tier = "hot", use = "draft_post" }',
            "cases[0].evidence[0].use",
            "is of use, and health is none",
        ),
        (
            '{ at = 2026-01-01, tier = "hot" }',
            "cases[0].evidence[0].tier",
            "is said by no source but health",
        ),
    ],
)
def test_evidence_that_cannot_be(
    tmp_path: Path, settings: Settings, row: str, key: str, message: str
) -> None:
    text = GOOD.replace("expect =", f"evidence = [{row}]\nexpect =")
    assert wrong(tmp_path, text, settings) == [(7, key, message, None)]


@pytest.mark.parametrize(
    "row",
    [
        "{ at = 2026-11-18T12:00:00Z }",
        '{ use = "draft_post" }',
        '{ unknown = "unreadable" }',
        '{ source = "health", tier = "hot" }',
        '{ source = "health", unknown = "missing_scope" }',
    ],
)
def test_evidence_that_can_be(tmp_path: Path, settings: Settings, row: str) -> None:
    text = GOOD.replace("expect =", f"evidence = [{row}]\nexpect =")
    assert isinstance(read(tmp_path, text, settings), PolicyFile)


@pytest.mark.parametrize("table", ["account", "expect"])
def test_a_case_without_its_tables_lacks_what_they_must_hold(
    tmp_path: Path, settings: Settings, table: str
) -> None:
    lines = [line for line in GOOD.splitlines() if not line.startswith(table)]
    (found,) = wrong(tmp_path, "\n".join(lines), settings)
    assert found[1:3] == (
        f"cases[0].{'account.renews_at' if table == 'account' else 'expect.step'}",
        "is missing",
    )
    # And one that is none is told as that, too.
    text = "\n".join([*lines, f"{table} = 3"])
    assert (7, f"cases[0].{table}", "must be a table", None) in wrong(tmp_path, text, settings)


def test_a_case_names_a_project_unless_projects_are_discovered(tmp_path: Path, desk: Desk) -> None:
    text = GOOD.replace('project = "northwind"\n', "")
    assert wrong(tmp_path, text, desk.settings(CONFIGURATION)) == [
        (2, "cases[0].project", "is missing", None)
    ]
    found = read(tmp_path, text, desk.settings(f"{CONFIGURATION}[discovery]\nenabled = true\n"))
    assert isinstance(found, PolicyFile)
    assert not found.cases[0].target.enrolled


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "holds no case"),
        ("cases = []\n", None, "holds no case"),
        ("cases = 3\n", 1, "must be a list"),
        ("cases = [3]\n", 1, "must be a table"),
        ("[[cases]\n", 1, "is not TOML: "),
    ],
)
def test_a_file_that_is_none(
    tmp_path: Path, settings: Settings, text: str, line: int | None, message: str
) -> None:
    ((found, _, said, _),) = wrong(tmp_path, text, settings)
    assert (found, said.startswith(message)) == (line, True)


MOMENTS = st.integers(0, 10**15).map(
    lambda microseconds: datetime(2016, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
WORDS = st.text(max_size=20)
CASE = st.builds(
    PolicyCase,
    name=WORDS,
    now=MOMENTS,
    project=st.just("northwind"),
    mode=st.sampled_from([None, *Mode]),
    account=st.builds(
        CaseAccount,
        id=WORDS,
        handle=WORDS,
        platform=WORDS,
        followers=st.none() | st.integers(0, 10**9),
        assigned_at=st.none() | MOMENTS,
        renews_at=MOMENTS,
        price_cents=st.integers(0, 10**6),
    ),
    evidence=st.lists(
        st.builds(CaseEvidence, unknown=st.sampled_from(WhyUnknown))
        | st.builds(CaseEvidence, use=st.sampled_from(Use), at=st.just(datetime(2015, 2, 1, tzinfo=UTC))),
        max_size=2,
    ).map(tuple),
    holds=st.lists(st.builds(CaseHold, until=st.none() | MOMENTS, reason=WORDS), max_size=2).map(tuple),
    memory=st.builds(
        CaseMemory,
        told=st.sampled_from([(), (timedelta(days=3), timedelta(hours=1))]),
        announced=st.booleans(),
        accepted_at=st.none() | MOMENTS,
        used=st.sampled_from(Use),
        not_done=st.integers(0, 3),
    ),
    expect=st.builds(
        Expectation,
        step=st.sampled_from(StepKind),
        reason=st.sampled_from([None, *Reason]),
        moment=st.none() | MOMENTS,
        verdict=st.sampled_from([None, *Verdict]),
        policy=st.sampled_from([None, "standard"]),
    ),
)


@given(one=CASE)
def test_what_is_written_is_read_back_as_it_was(tmp_path_factory: Any, one: PolicyCase) -> None:

    settings = Settings(
        projects={"northwind": ProjectOptions(id="prj_1")}, policies={"standard": Policy(name="standard")}
    )
    text = with_case(with_case(None, one), one)
    found = read(tmp_path_factory.getbasetemp(), text, settings)
    assert isinstance(found, PolicyFile), found
    assert [placed.case for placed in found.cases] == [one, one]


def test_what_stands_in_a_file_stays_and_a_new_one_tells_of_its_schema(settings: Settings) -> None:
    one = PolicyCase(
        name="x",
        now=datetime(2026, 11, 18, 12, tzinfo=UTC),
        account=CaseAccount(renews_at=datetime(2026, 11, 20, tzinfo=UTC)),
        expect=Expectation(step=StepKind.LEAVE),
    )
    case = (
        '[[cases]]\nname = "x"\nnow = "2026-11-18T12:00:00Z"\n'
        '\n[cases.account]\nrenews_at = "2026-11-20T00:00:00Z"\n'
        '\n[cases.expect]\nstep = "leave"\n'
    )
    assert with_case("# mine\n\n\n", one) == f"# mine\n\n{case}"
    assert with_case("", one) == case
    assert with_case(None, one).startswith("#:schema ./lease-watcher.policy-tests.schema.json\n# What ")
    assert with_case(None, one).endswith(f"\n\n{case}")


class TestTheSchema:
    def test_it_accepts_the_example(self) -> None:
        text = (ROOT / "config" / "policy-tests.toml").read_text(encoding="utf-8")
        tables = json.loads(json.dumps(tomllib.loads(text), default=str))
        jsonschema.validate(tables, schema(CASES), cls=jsonschema.Draft202012Validator)

    @pytest.mark.parametrize(
        ("right", "mistake"),
        [
            ('step = "leave"', 'step = "leaf"'),
            ('name = "a case"', 'nmae = "a case"'),
            ("account = { renews_at = 2026-11-20T12:00:00Z }", ""),
            ("renews_at = 2026-11-20T12:00:00Z", "renews_at = 2026-11-20, price_cents = -1"),
        ],
    )
    def test_it_refuses_mistakes(self, right: str, mistake: str) -> None:
        assert right in GOOD
        tables = tomllib.loads(GOOD.replace(right, mistake))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(
                json.loads(json.dumps(tables, default=str)),
                schema(CASES),
                cls=jsonschema.Draft202012Validator,
            )
