"""Made-up requests, fitting and not, to every endpoint of a real server: each answer is as the description says."""

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
from tests.service.api.test_serve import Served, served

EXAMPLES = int(os.environ.get("COPYDESK_TEST_EXAMPLES", "12"))
"""Requests to each endpoint of either kind; more by hand."""

OF_JSON = [negative_data_rejection, positive_data_acceptance]
"""What cannot be asked of other types: every text is a page, and every row of a batch has its own answer."""

OF_OTHERS = [positive_data_acceptance]
SAYS_MORE = ("/v1/feedback", "/v1/articles/check", "/v1/articles/{id}")
"""Where a body that fits the schema may be refused: for offsets of no block, for a day that its month does not have,
for an id that is not the path's."""


@schemathesis.serializer("application/x-ndjson")
def as_rows(_: Any, value: Any) -> bytes:
    """Send whatever is made up as a row."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("schema"), COPYDESK_IDLE="5") as running:
        yield running


@pytest.fixture(scope="module")
def schema(server: Served) -> Any:
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


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
    def ask(case: Any) -> None:
        about_text = case.media_type is not None and case.media_type != "application/json"
        left_out = OF_JSON if about_text else OF_OTHERS if path in SAYS_MORE else []
        case.call_and_validate(timeout=60, excluded_checks=left_out)

    ask()
