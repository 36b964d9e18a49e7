"""What is in the way of every turn is told with what to do, by when, and what it costs meanwhile."""

from dataclasses import replace
from pathlib import Path

from tests.stage import KEY, LATTE, OPENS, H, M, Stage, account, in_memory, published
from watcher.sandbox import ServerError

OTHER = account("matcha", renews_in=30 * H)


def suspended(stage: Stage) -> None:
    stage.sandbox.edit(lambda world: world.with_key(replace(KEY, suspended=True)))


def test_a_suspended_key_says_what_to_do_by_when_and_what_it_costs(tmp_path: Path) -> None:
    """`the provider suspended the key; nothing is watched until that is lifted` was all that was told."""
    posts = [published(one, 40 * 24 * H) for one in (LATTE, OTHER)]
    with in_memory(tmp_path, LATTE, OTHER, posts=posts) as stage:
        stage.configure({"brakes.max_share": 1.0, "brakes.max_project_share": 1.0})
        stage.watch_until(OPENS - H)
        suspended(stage)
        stage.turn()
        (told,) = stage.told("key.refused")
        assert told["text"] == (
            "the provider suspended the key: $300.00 will not be saved unless that is lifted by "
            "Tue 19 May 17:35 UTC (@latte, @matcha); nothing is watched until that is lifted "
            "(GET /v1/whoami: 503 KILL_SWITCH); ask the provider why, and to lift it; "
            "`lease-watcher status` lists what waits"
        )
        stage.sandbox.edit(lambda world: world.with_key(KEY))
        stage.turn_at(OPENS + 15 * M)
        (over,) = stage.told("problem.resolved")
        assert over["text"].endswith(": the provider had suspended the key")


def test_an_api_that_cannot_be_reached_costs_nothing_where_nothing_is_announced(stage: Stage) -> None:
    stage.configure({"policies.standard.release.when": "never"})
    stage.turn()
    stage.fault(ServerError(path="whoami", times=9))
    stage.turn_at(OPENS)
    (told,) = stage.told("project.unreadable")
    assert told["text"].startswith("the API cannot be reached; nothing is watched meanwhile (")
    assert "status" not in told["text"]
