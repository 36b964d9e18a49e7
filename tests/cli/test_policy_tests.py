"""`policy test`: cases in a file, decided by the configuration; of what differs it is shown why."""

import json
from pathlib import Path

import pytest

from tests.cli.desk import NOW, Desk
from watcher.cli.demo import NAME
from watcher.sandbox import DEFAULT_KEY, fleets
from watcher.sandbox.fleets.mixed_fleet import LATTE_ART_LAB

ROOT = Path(__file__).parents[2]
HANDLES = sorted(account.handle for account in fleets.mixed(NOW).accounts if account.leased)
GOOD = """\
[[cases]]
name = "nobody posts on it"
project = "acme-coffee"
now = 2026-05-18T12:00:00Z
account = { handle = "latte.art.lab", followers = 1200, renews_at = 2026-05-19T19:00:00Z }
evidence = [{ at = 2026-04-08T10:00:00Z }]
memory = { told = ["3d"] }
expect = { step = "announce", reason = "notice_to_come", moment = 2026-05-19T13:00:00Z }
"""
BAD = GOOD.replace('step = "announce", reason = "notice_to_come"', 'step = "leave", reason = "held"')


def file(at_desk: Desk, name: str, text: str) -> str:
    (at_desk.folder / name).write_text(text, encoding="utf-8")
    return name


def test_the_example_that_comes_along_is_what_the_larger_configuration_decides(at_desk: Desk) -> None:
    """Without a key and without the secrets of its notifiers, as in anybody's CI."""
    said = at_desk.run(
        *("policy", "test", str(ROOT / "config" / "policy-tests.toml")),
        *("--config", str(ROOT / "config" / "fleet.toml")),
        LAYERS_API_KEY="",
    )
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith(f"\n\n15 cases passed, by {ROOT / 'config' / 'fleet.toml'}.\n")
    assert said.out.count("  ✓ ") == 15


def test_it_asks_nobody(at_desk: Desk) -> None:
    asked = len(at_desk.sandbox.log.entries)
    assert at_desk.run("policy", "test", file(at_desk, "cases.toml", GOOD)).code == 0
    assert len(at_desk.sandbox.log.entries) == asked


def test_a_case_that_fails_shows_what_differs_and_the_trace_of_the_judge(at_desk: Desk) -> None:
    said = at_desk.run("policy", "test", file(at_desk, "cases.toml", BAD))

    assert said.code == 1
    assert said.out == (
        f"{at_desk.folder / 'cases.toml'}\n"
        "  ✗ nobody posts on it (line 1)\n"
        "              expected  decided\n"
        "      step    leave     announce\n"
        "      reason  held      notice_to_come\n"
        "\n"
        "    @latte.art.lab on tiktok, project acme-coffee (sa_1)\n"
        "    It costs $150.00 a month; the next debit is in 1 d 7 h, Tue 19 May 19:00 UTC.\n"
        "    Leased since Thu 20 Nov 2025 19:00 UTC; followers: 1,200.\n"
        "\n"
        "    Why\n"
        "      ✓ Its renewal is still ahead.\n"
        "      ✓ The policy standard governs it.\n"
        "      ✓ That policy releases accounts that were not used for 21 d.\n"
        "      ✓ The project acme-coffee is enrolled for releases.\n"
        "      ✓ Nobody holds it.\n"
        "      ✓ Nothing protects it.\n"
        "      ✓ It is unused: no post published through Layers for 40 d 2 h; the 21 d needed have passed.\n"
        "\n"
        "    Evidence\n"
        "      posts: a post was published Wed 8 Apr 10:00 UTC (40 d 2 h ago).\n"
        "      Nothing unfinished was found: no post that waits, goes out now, or is a draft.\n"
        "\n"
        "    Decision\n"
        "      Its release is to be announced now, for Tue 19 May 13:00 UTC (in 1 d 1 h) at the earliest.\n"
        "\n"
        "\n"
        f"1 of 1 case failed, by {at_desk.folder / NAME}.\n"
    )


def test_all_failures_of_all_files_are_told_at_once(at_desk: Desk) -> None:
    one, two = file(at_desk, "one.toml", f"{BAD}\n{GOOD}"), file(at_desk, "two.toml", BAD)
    said = at_desk.run("policy", "test", one, two)

    assert said.code == 1
    assert [said.out.count(sign) for sign in ("✗ nobody", "✓ nobody")] == [2, 1]
    assert "2 of 3 cases failed" in said.out
    assert said.out.index("one.toml") < said.out.index("two.toml")


def test_what_is_too_wide_for_a_terminal_goes_on_below(at_desk: Desk) -> None:
    said = at_desk.run("policy", "test", file(at_desk, "cases.toml", BAD), wide=80)
    assert max(map(len, said.out.splitlines()[1:-1])) <= 80


def test_it_is_the_configuration_that_is_tested(at_desk: Desk) -> None:
    cases = file(at_desk, "cases.toml", GOOD)
    at_desk.reconfigure('when = "idle"', 'when = "idle"\nidle_after = "60d"')
    said = at_desk.run("policy", "test", cases)
    assert (said.code, "✗ It is in use: a post was published 40 d 2 h ago." in said.out) == (1, True)


def test_as_json(at_desk: Desk) -> None:
    said = json.loads(at_desk.run("policy", "test", file(at_desk, "cases.toml", BAD), "--format", "json").out)
    assert (said["schema"], said["cases"], said["failed"]) == ("policy-tests/1", 1, 1)
    (case,) = said["files"][0]["cases"]
    assert (case["line"], case["passed"], case["differs"]) == (1, False, ["step", "reason"])
    assert case["expected"] == {
        "step": "leave",
        "reason": "held",
        "moment": "2026-05-19T13:00:00Z",
        "verdict": None,
        "policy": None,
    }
    assert case["decided"] == {
        "step": "announce",
        "reason": "notice_to_come",
        "moment": "2026-05-19T13:00:00Z",
        "verdict": "release",
        "policy": "standard",
    }
    assert [ruling["check"] for ruling in case["rulings"]][-1] == "unused"


class TestWhatCannotBeTested:
    def test_files_with_mistakes_all_of_them(self, at_desk: Desk) -> None:
        one = file(at_desk, "one.toml", GOOD.replace("project =", "projct ="))
        two = file(at_desk, "two.toml", GOOD.replace('"acme-coffee"', '"acme-cofee"'))
        said = at_desk.run("policy", "test", one, file(at_desk, "good.toml", BAD), two)

        assert (said.code, said.out) == (78, "")
        for part in (
            f"{at_desk.folder / 'one.toml'}:3  cases[0].projct   unknown key — did you mean project?",
            f"{at_desk.folder / 'two.toml'}:3  cases[0].project  must be one of: ",
            "— did you mean acme-coffee?",
            "3 errors",
        ):
            assert part in said.err

    def test_a_file_that_is_not_there(self, at_desk: Desk) -> None:
        said = at_desk.run("policy", "test", "nowhere.toml")
        assert (said.code, said.err) == (2, f"{at_desk.folder / 'nowhere.toml'}: there is no such file.\n")

    def test_none_at_all(self, at_desk: Desk) -> None:
        assert at_desk.run("policy", "test").code == 2

    def test_a_policy_with_a_mistake_in_it(self, at_desk: Desk) -> None:
        """Without what is wrong it would be another policy, of which the cases say nothing."""
        cases = file(at_desk, "cases.toml", GOOD)
        at_desk.reconfigure('when = "idle"', 'when = "idel"')
        said = at_desk.run("policy", "test", cases)
        assert (said.code, said.out, "policies.standard.release.when" in said.err) == (78, "", True)


@pytest.mark.parametrize("after_a_turn", [False, True])
def test_a_case_of_every_real_account_passes_and_none_is_released(at_desk: Desk, after_a_turn: bool) -> None:
    if after_a_turn:
        assert at_desk.run("run", "--once").code == 0
        at_desk.run("hold", "@espresso.notes", "--reason", "a campaign")
    for handle in HANDLES:
        said = at_desk.run("policy", "test", "--write", "cases.toml", f"@{handle}")
        assert (said.code, said.err) == (0, "")
        assert said.out.startswith(f"Added to {at_desk.folder / 'cases.toml'}: @{handle} as it is now")

    tried = at_desk.run("policy", "test", "cases.toml", LAYERS_API_KEY="")

    assert (tried.code, tried.out.count("  ✓ @")) == (0, len(HANDLES))
    text = (at_desk.folder / "cases.toml").read_text(encoding="utf-8")
    assert f'id = "{LATTE_ART_LAB}"' in text
    assert DEFAULT_KEY.secret not in text
    assert "maria" not in text
    assert at_desk.deletes == 0


class TestWriting:
    def test_what_stands_in_the_file_stays(self, at_desk: Desk) -> None:
        file(at_desk, "cases.toml", f"# ours\n{GOOD}")
        assert at_desk.run("policy", "test", "--write", "cases.toml", LATTE_ART_LAB).code == 0
        text = (at_desk.folder / "cases.toml").read_text(encoding="utf-8")
        assert text.startswith(
            f'# ours\n{GOOD}\n[[cases]]\nname = "@latte.art.lab, Mon 18 May 2026 12:00 UTC: '
        )

    def test_a_file_with_mistakes_stays_as_it_is(self, at_desk: Desk) -> None:
        file(at_desk, "cases.toml", "[[cases]\n")
        said = at_desk.run("policy", "test", "--write", "cases.toml", LATTE_ART_LAB)
        assert (said.code, "is not TOML" in said.err) == (78, True)
        assert (at_desk.folder / "cases.toml").read_text() == "[[cases]\n"

    def test_an_account_that_is_not_there(self, at_desk: Desk) -> None:
        said = at_desk.run("policy", "test", "--write", "cases.toml", "@late.art.lab")
        assert (said.code, "Did you mean @latte.art.lab?" in said.err) == (2, True)
        assert not (at_desk.folder / "cases.toml").exists()

    def test_not_over_the_configuration(self, at_desk: Desk) -> None:
        said = at_desk.run("policy", "test", "--write", NAME, LATTE_ART_LAB)
        assert (said.code, "it is the configuration" in said.err) == (2, True)
