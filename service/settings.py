"""What the environment says, read once at start and passed on as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MAX_PAGE_BYTES = 20 * 1024 * 1024
"""Default limit of one page, decompressed; the largest page of the training corpora is under 8 MiB."""
INDEX = "copydesk-index.sqlite"
"""Default place of the standing index: a file in the working folder."""
LARGEST_LIMIT = 1024**3
"""A page is held in memory several times over, so a limit above this would be none."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
LONGEST_NUMBER = 15
"""Characters of a number; no limit needs more."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of the HTTP service alone.

    Attributes:
        host: Address that it listens on.
        port: Port that it listens on; 0 takes a free one.
        workers: Processes that answer; each holds the model once.
        queue: Requests that a worker takes on at a time, for the model and for the index each; of more it says no.
        timeout: Seconds after which a request is given up, from its last byte on.
        idle: Seconds that a client may let pass without sending or taking anything.
        batch_bytes: A batch of more bytes, decompressed, is cut off with an error.
        keys: File of the API keys.
        require_keys: Whether a key is needed; only on a loopback address may it be otherwise.
        rate: Requests, or rows of batches, a minute that each key has.
        feedback: Folder that holds corrected pages.
        prefer: Sources whose documents are kept before all others, the first most.
        shared: Folder in which several workers count together, None where there is one worker.
        traces: Whether OpenTelemetry's own variables ask for traces.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    queue: int = 64
    timeout: float = 30.0
    idle: float = 20.0
    batch_bytes: int = 1024**3
    keys: Path = Path("copydesk-keys.sqlite")
    require_keys: bool = False
    rate: int = 6000
    feedback: Path = Path("copydesk-feedback")
    prefer: tuple[str, ...] = ()
    shared: Path | None = None
    traces: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of every door.

    Attributes:
        model: Folder of the model; None is the model that ships with the package.
        max_page_bytes: A page of more bytes is answered with an error; one of exactly as many is read.
        index: File or URL of the standing index.
        server: Of the HTTP service.
        key: For the server that `copydesk classify --server` asks; None is none.
    """

    model: Path | None = None
    max_page_bytes: int = MAX_PAGE_BYTES
    index: str = INDEX
    server: ServerSettings = ServerSettings()
    key: str | None = field(default=None, repr=False)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the variables whose names begin with COPYDESK_; one that is unset or empty has its default.

    Those of OpenTelemetry are looked at for whether there is to be any.

    Raises:
        ValueError: A value that cannot be used.
    """
    folder = environment.get("COPYDESK_MODEL", "")
    limit = environment.get("COPYDESK_MAX_PAGE_BYTES", "")
    return Settings(
        model=_model_folder(folder) if folder else None,
        max_page_bytes=_page_bytes(limit) if limit else MAX_PAGE_BYTES,
        index=environment.get("COPYDESK_INDEX") or INDEX,
        server=_server_settings(environment),
        key=environment.get("COPYDESK_KEY") or None,
    )


def _server_settings(environment: Mapping[str, str]) -> ServerSettings:
    plain = ServerSettings()
    host = environment.get("COPYDESK_HOST") or plain.host
    return ServerSettings(
        host=host,
        port=_whole(environment, "PORT", plain.port, least=0, most=65_535),
        workers=_whole(environment, "WORKERS", plain.workers, least=1, most=256),
        queue=_whole(environment, "QUEUE", plain.queue, least=1, most=100_000),
        timeout=float(_whole(environment, "TIMEOUT", int(plain.timeout), least=1, most=3600)),
        idle=float(_whole(environment, "IDLE", int(plain.idle), least=1, most=3600)),
        batch_bytes=_whole(environment, "MAX_BATCH_BYTES", plain.batch_bytes, least=1, most=1024**4),
        keys=Path(environment.get("COPYDESK_KEYS") or plain.keys),
        require_keys=_require_keys(environment.get("COPYDESK_REQUIRE_KEYS", ""), host),
        rate=_whole(environment, "RATE", plain.rate, least=1, most=1_000_000_000),
        feedback=Path(environment.get("COPYDESK_FEEDBACK") or plain.feedback),
        prefer=tuple(filter(None, map(str.strip, environment.get("COPYDESK_PREFER", "").split(",")))),
        traces=_traces(environment),
    )


def _traces(environment: Mapping[str, str]) -> bool:
    """Tell whether traces are to be sent, by the variables of the OpenTelemetry specification."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    other = environment.get("OTEL_TRACES_EXPORTER", "") not in ("", "otlp")
    places = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return not off and not other and any(environment.get(name) for name in places)


def _whole(environment: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    value = environment.get(f"COPYDESK_{name}", "")
    if not value:
        return default
    fits = value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER
    if not fits or not least <= int(value) <= most:
        raise ValueError(
            f"COPYDESK_{name} is {value[:40]!r}, expected a whole number from {least} to {most}; "
            f"leave it unset for {default}"
        )
    return int(value)


def _require_keys(value: str, host: str) -> bool:
    """Tell whether keys are needed: everywhere but on a loopback address, and there where they are asked for."""
    if value not in ("", "auto", "always"):
        raise ValueError(f"COPYDESK_REQUIRE_KEYS is {value[:40]!r}, expected auto or always; leave it unset for auto")
    return value == "always" or host not in LOOPBACK


def _model_folder(value: str) -> Path:
    folder = Path(value)
    if not folder.is_dir():
        raise ValueError(f"COPYDESK_MODEL is {value!r}, which is no folder; name the folder that holds manifest.json")
    return folder


def _page_bytes(value: str) -> int:
    fits = value.isascii() and value.isdigit() and len(value) <= len(str(LARGEST_LIMIT))
    if not fits or not 1 <= int(value) <= LARGEST_LIMIT:
        raise ValueError(
            f"COPYDESK_MAX_PAGE_BYTES is {value!r}, expected a whole number of bytes from 1 to {LARGEST_LIMIT}; "
            f"leave it unset for {MAX_PAGE_BYTES}"
        )
    return int(value)
