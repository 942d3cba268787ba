"""Generated requests, valid and invalid, to every endpoint of a server process; all answers fit the description."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from copydesk.service.api.openapi import ENDPOINTS
from tests.support.server_process import RunningServer, run_server

pytestmark = [pytest.mark.attack, pytest.mark.slow]

EXAMPLES = int(os.environ.get("COPYDESK_TEST_EXAMPLES", "12"))
"""Valid and invalid requests to each endpoint; set the variable for more."""

JSON_CHECKS = [negative_data_rejection, positive_data_acceptance]
"""Checks that are left out for bodies that are not JSON: any text is a page, and a batch answers row by row."""

STRICTER_CHECKS = [positive_data_acceptance]
STRICTER = ("/v1/classify", "/v1/feedback", "/v1/articles/check", "/v1/articles/{id}")
"""Endpoints that may refuse a body that fits the schema: an option that differs from the query's, offsets of no block,
the 31st of April, an id that is not the path's."""


@schemathesis.serializer("application/x-ndjson")
def as_rows(_: Any, value: Any) -> bytes:
    """Encode a generated value as a line."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with run_server(tmp_path_factory.mktemp("schema"), COPYDESK_IDLE="5") as running:
        yield running


@pytest.fixture(scope="module")
def schema(server: RunningServer) -> Any:
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


def checks_left_out(case: Any) -> list[Any]:
    if case.media_type is not None and case.media_type != "application/json":
        return JSON_CHECKS
    return STRICTER_CHECKS if case.operation.path in STRICTER else []


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), list(ENDPOINTS))
def test_answers_are_as_described(schema: Any, method: str, path: str, mode: GenerationMode) -> None:
    operation = schema[path][method.upper()]
    if mode is GenerationMode.NEGATIVE and not operation.body:
        pytest.skip("there is nothing to get wrong")

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        case.call_and_validate(timeout=60, excluded_checks=checks_left_out(case))

    send()


def test_sequences_of_requests_are_answered_as_described(schema: Any) -> None:
    class Requests(schema.as_state_machine()):  # type: ignore[misc]
        """Requests whose paths and bodies use what earlier answers had, such as ids."""

        def validate_response(self, response: Any, case: Any, *_: Any, **__: Any) -> None:
            case.validate_response(response, excluded_checks=checks_left_out(case))

    Requests.run(
        settings=settings(
            max_examples=4 * EXAMPLES,
            stateful_step_count=8,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )
