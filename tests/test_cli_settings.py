"""Settings: read once, and refused at start where they make no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import MAX_PAGE_BYTES, Settings, read_settings


def test_empty_environment_gives_the_defaults() -> None:
    assert read_settings({}) == Settings(model=None, max_page_bytes=MAX_PAGE_BYTES)


def test_empty_values_are_as_good_as_unset() -> None:
    assert read_settings({"COPYDESK_MODEL": "", "COPYDESK_MAX_PAGE_BYTES": ""}) == Settings()


def test_settings_are_read(tmp_path: Path) -> None:
    environment = {"COPYDESK_MODEL": str(tmp_path), "COPYDESK_MAX_PAGE_BYTES": "4096", "COPYDESK_INDEX": "seen.sqlite"}
    assert read_settings(environment) == Settings(model=tmp_path, max_page_bytes=4096, index="seen.sqlite")


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "1e6", "٣", "1073741825", "9" * 5000])
def test_page_limit_that_is_no_positive_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="expected a whole number of bytes from 1 to 1073741824"):
        read_settings({"COPYDESK_MAX_PAGE_BYTES": value})


def test_smallest_page_limit_is_one() -> None:
    assert read_settings({"COPYDESK_MAX_PAGE_BYTES": "1"}).max_page_bytes == 1


def test_model_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"COPYDESK_MODEL is .*no folder; name the folder"):
        read_settings({"COPYDESK_MODEL": str(tmp_path / "nowhere")})
