"""A server process that several test files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.server_process import RunningServer, run_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with short timeouts and a small limit for pages."""
    with run_server(tmp_path_factory.mktemp("serve"), COPYDESK_IDLE="1", COPYDESK_MAX_PAGE_BYTES="3000000") as running:
        yield running
