"""The sandbox held against the contract, which neither it nor the client was made from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.sandbox.stage import NOW, Stage, client, staged
from watcher.sandbox import DEFAULT_KEY, Key, RateLimited, fleets
from watcher.sandbox.fleets import mixed_fleet as mixed

CONTRACT = Path(__file__).parents[1] / "contracts" / "layers-openapi.yaml"
SPEC: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
SCHEMA = schemathesis.openapi.from_dict(SPEC)
OPERATIONS = [(path, method.upper()) for path, methods in SPEC["paths"].items() for method in methods]
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)
SUSPENDED = Key(secret="lp_suspended", id="key_suspended", suspended=True)
POWERLESS = Key(secret="lp_powerless", id="key_powerless", scopes=())


@pytest.fixture(scope="module")
def served() -> Iterator[Stage]:
    with staged(fleets.mixed(NOW), limits=False, keys=[DEFAULT_KEY, SUSPENDED, POWERLESS]) as stage:
        yield stage


def _conforms(path: str, method: str, status: int, body: Any) -> None:
    """An answer is what the contract says of its status; a status it does not name is an error's envelope."""
    responses = SPEC["paths"][path][method.lower()]["responses"]
    held = responses.get(str(status), {"$ref": "#/components/responses/Error"})
    if "$ref" in held:
        held = SPEC["components"]["responses"][held["$ref"].rpartition("/")[2]]
    schema = {**held["content"]["application/json"]["schema"], "components": SPEC["components"]}
    jsonschema.validate(body, schema, cls=jsonschema.Draft202012Validator)


def _filled(path: str) -> str:
    return path.format(projectId=mixed.ACME_COFFEE, socialAccountId=mixed.COFFEE_STORIES)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_asked_the_answer_keeps_the_contract(served: Stage, path: str, method: str) -> None:
    operation = SCHEMA[path][method]
    real = st.sampled_from(
        [
            {"projectId": project, "socialAccountId": account}
            for project in (mixed.ACME_COFFEE, mixed.NORTHWIND_TRAVEL)
            for account in (mixed.LATTE_ART_LAB, mixed.CITY_BREAKS, mixed.ACME_OWN)
        ]
    )

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy(), ids=st.none() | real)
    def holds(case: schemathesis.Case, ids: dict[str, str] | None) -> None:
        if ids is not None:
            case.path_parameters = {name: ids[name] for name in case.path_parameters}
        answer = case.call(
            base_url=served.server.url, headers={"Authorization": f"Bearer {DEFAULT_KEY.secret}"}
        )
        case.validate_response(answer, checks=list(CHECKS))
        _conforms(path, method, answer.status_code, answer.json())
        assert answer.headers["x-request-id"]

    holds()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_error_keeps_the_contract(served: Stage, path: str, method: str) -> None:
    expected = {None: 401, SUSPENDED: 503}
    if path != "/v1/whoami":
        expected[POWERLESS] = 403
    for key, status in expected.items():
        with client(served.server, key) as http:
            answer = http.request(method, _filled(path))
        assert answer.status_code == status
        assert str(status) in SPEC["paths"][path][method.lower()]["responses"]
        _conforms(path, method, status, answer.json())
    served.sandbox.add_fault(RateLimited(retry_after="5"))
    answer = served.http.request(method, _filled(path))
    served.sandbox.clear_faults()
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "5"
    _conforms(path, method, 429, answer.json())


@pytest.mark.parametrize("fractional", [False, True])
def test_every_success_keeps_the_contract(fractional: bool) -> None:
    with staged(fleets.mixed(NOW, fractional_seconds=fractional), limits=False) as stage:
        for path, method in OPERATIONS:
            answer = stage.http.request(method, _filled(path))
            assert answer.status_code == 200
            _conforms(path, method, 200, answer.json())
        gone = stage.get(f"/v1/projects/{mixed.ACME_COFFEE}/leased-accounts?status=disconnected")
        assert len(gone.json()["items"]) == 1
        _conforms("/v1/projects/{projectId}/leased-accounts", "GET", 200, gone.json())
