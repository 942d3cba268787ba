"""Settings: read once, and refused at start where they make no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.classifier.duplicates.types import DuplicateOptions, Keep
from copydesk.service.settings import MAX_PAGE_BYTES, NAMES, PREFIX, ServerSettings, Settings, read_settings
from tests.conftest import RunCommand
from tests.support.names_in_code import LookupRecorder


def test_empty_environment_gives_the_defaults() -> None:
    assert read_settings({}) == Settings(model=None, max_page_bytes=MAX_PAGE_BYTES)


def test_empty_values_are_as_good_as_unset() -> None:
    assert read_settings({"COPYDESK_MODEL": "", "COPYDESK_MAX_PAGE_BYTES": ""}) == Settings()


def test_list_of_names_has_every_setting() -> None:
    environment = LookupRecorder()
    read_settings(environment)
    asked = {name for name in environment.names if name.startswith(PREFIX)}
    assert asked == {f"{PREFIX}{name}" for name in NAMES}


def test_unknown_variables_are_named_with_the_setting_that_was_meant(run_command: RunCommand) -> None:
    names = {"COPYDESK_WORKER": "secret", "COPYDESK_XYZZY": "", "COPYDESK_PORT": "8000", "OTHER": "1"}
    done = run_command("keys", "list", **names)
    said = "unknown variables in the environment are ignored: COPYDESK_WORKER (did you mean COPYDESK_WORKERS?), "
    assert done.stderr.decode() == f"copydesk: {said}COPYDESK_XYZZY\n"
    assert done.returncode == 0


def test_many_unknown_variables_are_one_short_line(run_command: RunCommand) -> None:
    names = {f"COPYDESK_Q{number}\x1b[31m{'X' * 5000}": "" for number in range(30)}
    (line,) = run_command("keys", "list", **names).stderr.decode().splitlines()
    assert line.endswith("… and 22 more")
    assert "\x1b" not in line
    assert len(line) < 800


def test_variables_that_describe_a_service_of_this_name_are_ignored(run_command: RunCommand) -> None:
    address = "tcp://10.0.0.1:8000"
    names = {
        "COPYDESK_PORT": address,
        "COPYDESK_SERVICE_HOST": "10.0.0.1",
        "COPYDESK_SERVICE_PORT": "8000",
        "COPYDESK_SERVICE_PORT_HTTP": "8000",
        "COPYDESK_PORT_8000_TCP": address,
        "COPYDESK_PORT_8000_TCP_ADDR": "10.0.0.1",
        "COPYDESK_PORT_53_UDP_PROTO": "udp",
        "COPYDESK_API_PORT": address,
        "COPYDESK_API_SERVICE_HOST": "10.0.0.1",
    }
    done = run_command("keys", "list", **names)
    assert done.stderr == b""
    assert done.returncode == 0


def test_names_that_only_resemble_injected_ones_are_named(run_command: RunCommand) -> None:
    done = run_command("keys", "list", COPYDESK_PORTS="tcp://10.0.0.1:8000", COPYDESK_SERVICE="x")
    assert "COPYDESK_PORTS (did you mean COPYDESK_PORT?), COPYDESK_SERVICE" in done.stderr.decode()


def test_settings_are_read(tmp_path: Path) -> None:
    environment = {"COPYDESK_MODEL": str(tmp_path), "COPYDESK_MAX_PAGE_BYTES": "4096", "COPYDESK_INDEX": "seen.sqlite"}
    assert read_settings(environment) == Settings(model=tmp_path, max_page_bytes=4096, index="seen.sqlite")


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "1e6", "٣", "1073741825", "9" * 5000])
def test_page_limit_that_is_no_positive_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="expected a whole number from 1 to 1073741824"):
        read_settings({"COPYDESK_MAX_PAGE_BYTES": value})


def test_smallest_page_limit_is_one() -> None:
    assert read_settings({"COPYDESK_MAX_PAGE_BYTES": "1"}).max_page_bytes == 1


def test_model_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"COPYDESK_MODEL is .*not a folder; name the folder"):
        read_settings({"COPYDESK_MODEL": str(tmp_path / "nowhere")})


def test_settings_of_the_server_are_read() -> None:
    environment = {
        "COPYDESK_HOST": "0.0.0.0",
        "COPYDESK_PORT": "0",
        "COPYDESK_WORKERS": "2",
        "COPYDESK_QUEUE": "9",
        "COPYDESK_TIMEOUT": "7",
        "COPYDESK_IDLE": "3",
        "COPYDESK_MAX_BATCH_BYTES": "1000",
        "COPYDESK_KEYS": "k",
        "COPYDESK_RATE": "60",
        "COPYDESK_FEEDBACK": "f",
        "COPYDESK_PREFER": "a.test, b.test,",
        "COPYDESK_KEEP": "latest",
        "COPYDESK_TITLES": "off",
        "COPYDESK_MIN_SIMILARITY": "0.8",
        "COPYDESK_MIN_CONTAINED": "1",
        "COPYDESK_CORS_ORIGINS": "https://desk.example, http://localhost:3000",
    }
    assert read_settings(environment).server == ServerSettings(
        host="0.0.0.0",
        port=0,
        workers=2,
        queue=9,
        timeout=7.0,
        idle=3.0,
        batch_bytes=1000,
        keys=Path("k"),
        require_keys=True,
        rate=60,
        feedback=Path("f"),
        duplicates=DuplicateOptions(0.8, 1.0, Keep.LATEST, ("a.test", "b.test")),
        titles=False,
        origins=("https://desk.example", "http://localhost:3000"),
    )


@pytest.mark.parametrize(
    ("host", "asked", "needed"),
    [
        ("", "", False),
        ("localhost", "auto", False),
        ("::1", "", False),
        ("127.0.0.1", "always", True),
        ("::1%lo", "", False),
        ("fe80::1%lo", "", True),
        ("0.0.0.0", "auto", True),
        ("::", "", True),
        ("192.0.2.1", "", True),
    ],
)
def test_keys_are_needed_unless_bound_to_loopback(host: str, asked: str, needed: bool) -> None:
    environment = {"COPYDESK_HOST": host, "COPYDESK_REQUIRE_KEYS": asked}
    assert read_settings(environment).server.require_keys is needed


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "65536", "COPYDESK_PORT is '65536', expected a whole number from 0 to 65535; leave it unset for 8000"),
        ("WORKERS", "0", "expected a whole number from 1 to 256"),
        ("QUEUE", "-1", "expected a whole number from 1"),
        ("TIMEOUT", "0.5", "expected a whole number from 1 to 3600; leave it unset for 30"),
        ("RATE", "9" * 5000, "expected a whole number from 1"),
        ("REQUIRE_KEYS", "never", "COPYDESK_REQUIRE_KEYS is 'never', expected auto or always"),
    ],
)
def test_setting_of_the_server_that_cannot_be_used_is_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_settings({f"COPYDESK_{name}": value})


@pytest.mark.parametrize(
    "value", ["desk.example", "https://desk.example/", "https://a.example https://b.example", "null"]
)
def test_origin_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"expected origins such as https://desk\.example, separated by commas, or"):
        read_settings({"COPYDESK_CORS_ORIGINS": value})
