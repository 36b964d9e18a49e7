"""The key appears in the Authorization header and nowhere else."""

import logging
import traceback

import pytest

from tests.adapters.layers.stage import NOW, PROJECT, SECRET, account, fleet, staged
from watcher import sandbox
from watcher.ports.leases import ApiError


def echoing(body: dict[str, object]) -> dict[str, object]:
    return {"items": SECRET, "organizationId": None}


@pytest.mark.parametrize(
    "fault",
    [
        sandbox.ServerError(),
        sandbox.ServerError(status=403, code="FORBIDDEN_SCOPE"),
        sandbox.Html(status=200),
        sandbox.Truncated(),
        sandbox.DropBefore(),
        sandbox.Suspended(),
        sandbox.PageLoop(),
        sandbox.Corrupt(mutate=echoing),
    ],
)
def test_no_error_shows_the_key_not_even_with_the_locals_of_its_traceback(fault, caplog):
    caplog.set_level(logging.DEBUG)
    with staged(fleet(account("1")), fault) as stage:
        with pytest.raises(ApiError) as failed:
            stage.reader.leased(PROJECT)
        answer = stage.releaser.release("sa_1", reason="x", latest=NOW.replace(year=2030))
        shown = [
            str(failed.value),
            repr(failed.value),
            repr(vars(failed.value)),
            *traceback.TracebackException.from_exception(failed.value, capture_locals=True).format(),
            repr(answer),
            repr(stage.session),
            repr(stage.reader),
            repr(stage.releaser),
            *(line.getMessage() for line in caplog.records),
        ]
    assert failed.value.__context__ is None, "no error of the HTTP library, and its request, is carried along"
    assert SECRET not in "\n".join(shown)


def test_the_key_is_sent_to_the_api():
    with staged(fleet(account("1"))) as stage:
        stage.reader.leased(PROJECT)
        assert [entry.key for entry in stage.server.log.entries] == ["key_sandbox"]
