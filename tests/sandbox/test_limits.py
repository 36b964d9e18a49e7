from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.stage import NOW, account, client, fleet, staged
from watcher.sandbox import Key
from watcher.sandbox.limits import PER_WINDOW, READ, WINDOW, WRITE, admit, endpoint_class

STEPS = st.lists(st.integers(0, 4_000).map(lambda ms: timedelta(milliseconds=ms)), max_size=400)


@settings(max_examples=40)
@given(steps=STEPS)
def test_no_minute_sees_more_writes_than_the_limit(steps: list[timedelta]) -> None:
    window: tuple[datetime, ...] = ()
    now, passed = NOW, []
    for step in steps:
        now += step
        admission = admit(window, now, tier="standard", kind=WRITE)
        window = admission.window
        if admission.retry_after is None:
            passed.append(now)
    for start in passed:
        assert sum(start <= at < start + WINDOW for at in passed) <= PER_WINDOW["standard"][WRITE]


@settings(max_examples=40)
@given(offsets=st.lists(st.integers(0, 59_999), min_size=60, max_size=60))
def test_retry_after_suffices(offsets: list[int]) -> None:
    window = tuple(NOW + timedelta(milliseconds=ms) for ms in sorted(offsets))
    now = window[-1]
    refused = admit(window, now, tier="standard", kind=WRITE)
    assert refused.retry_after is not None
    assert refused.remaining == 0
    later = now + timedelta(seconds=refused.retry_after)
    assert admit(refused.window, later, tier="standard", kind=WRITE).retry_after is None


def test_the_121st_reading_of_a_minute_is_refused_and_welcome_after_the_wait() -> None:
    with staged(fleet(account())) as stage:
        answers = [stage.get("/v1/whoami") for _ in range(121)]
        assert [answer.status_code for answer in answers] == [200] * 120 + [429]
        assert [int(answer.headers["x-ratelimit-remaining"]) for answer in answers[:3]] == [119, 118, 117]
        refused = answers[-1]
        assert refused.json()["error"]["code"] == "RATE_LIMITED"
        assert refused.headers["retry-after"] == "60"
        # The other bucket is still full.
        assert stage.delete("sa_none").headers["x-ratelimit-remaining"] == "59"
        stage.sandbox.advance(timedelta(seconds=60))
        assert stage.get("/v1/whoami").status_code == 200


def test_each_key_has_its_own_buckets_and_its_tiers_limits() -> None:
    keys = [Key(secret=f"lp_{tier}", id=tier, tier=tier) for tier in PER_WINDOW]
    with staged(fleet(account()), keys=keys) as stage:
        for key in keys:
            with client(stage.server, key) as http:
                read, write = http.get("/v1/whoami"), http.delete("/v1/leased-accounts/sa_none")
            assert read.headers["x-ratelimit-limit"] == str(PER_WINDOW[key.tier][READ])
            assert read.headers["x-ratelimit-endpoint-class"] == "read-light"
            assert write.headers["x-ratelimit-limit"] == str(PER_WINDOW[key.tier][WRITE])
            assert write.headers["x-ratelimit-endpoint-class"] == "write-light"
            assert write.headers["x-ratelimit-remaining"] == str(PER_WINDOW[key.tier][WRITE] - 1)


@pytest.mark.parametrize(("method", "kind"), [("GET", READ), ("DELETE", WRITE)])
def test_readings_and_releases_draw_from_different_buckets(method: str, kind: str) -> None:
    assert endpoint_class(method) == kind
