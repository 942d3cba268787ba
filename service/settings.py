"""The settings: environment variables, read once at the start, checked, and passed on as a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from copydesk.classifier.duplicates.types import DEFAULT_OPTIONS, DuplicateOptions, Keep

PREFIX = "COPYDESK_"
NAMES = (
    *("MODEL", "MAX_PAGE_BYTES", "INDEX", "KEY", "HOST", "PORT", "WORKERS", "QUEUE", "TIMEOUT", "IDLE"),
    *("MAX_BATCH_BYTES", "KEYS", "REQUIRE_KEYS", "RATE", "FEEDBACK", "KEEP", "PREFER", "MIN_SIMILARITY"),
    *("MIN_CONTAINED", "TITLES", "CORS_ORIGINS"),
)
"""The names of all settings, without the prefix of their variables."""
MAX_PAGE_BYTES = 20 * 1024 * 1024
"""Default limit of one page, decompressed; the largest page of the training corpora has less than 8 MiB."""
INDEX = "copydesk-index.sqlite"
"""Default file of the index, in the working folder."""
LARGEST_LIMIT = 1024**3
"""The largest value of the page limit: a page is copied several times in memory."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+")
"""A scheme, a host and perhaps a port, without a path."""
INJECTED = re.compile(
    r"COPYDESK_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)", re.ASCII
)
"""The variables that Kubernetes and `docker --link` set for a service named `copydesk`, or `copydesk-…`."""
INJECTED_ADDRESS = re.compile(r"(tcp|udp|sctp)://")
"""The beginning of the value of the variable that they set for the port of such a service, such as COPYDESK_PORT."""
LONGEST_NUMBER = 15
"""The most digits of a number; longer ones are refused before they are parsed."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of the HTTP service; `docs/service.md` has the variables.

    Attributes:
        port: 0 takes a free one.
        queue: The most requests in a worker at a time, for the model and for the index each; more are refused.
        timeout: Seconds after which a request is aborted, counted from its last byte.
        idle: Seconds after which a client that neither sends nor receives is disconnected.
        batch_bytes: A batch with more bytes, decompressed, ends with an error.
        rate: Requests, or rows of batches, that each key may send in a minute.
        shared: Folder in which several workers add up their metrics; None for one worker.
        duplicates: How alike two articles must be to match, and which one of a cluster to keep.
        titles: Whether the index stores the titles of articles.
        origins: Origins of web pages whose scripts may use the service (CORS); `*` stands for all.
        traces: Whether the variables of OpenTelemetry enable traces.
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
    duplicates: DuplicateOptions = DEFAULT_OPTIONS
    titles: bool = True
    shared: Path | None = None
    origins: tuple[str, ...] = ()
    traces: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of all commands and of the HTTP service; `key` is the API key for `copydesk classify --server`.

    The model is a folder, None for the model that ships with the package. A page of more than `max_page_bytes`,
    decompressed, is answered with an error.
    """

    model: Path | None = None
    max_page_bytes: int = MAX_PAGE_BYTES
    index: str = INDEX
    server: ServerSettings = ServerSettings()
    key: str | None = field(default=None, repr=False)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the variables that begin with COPYDESK_, and whether those of OpenTelemetry enable traces.

    A variable that is unset or empty has its default.

    Raises:
        ValueError: A value cannot be used.
    """
    folder = environment.get("COPYDESK_MODEL", "")
    return Settings(
        model=_model_folder(folder) if folder else None,
        max_page_bytes=_whole_number(environment, "MAX_PAGE_BYTES", MAX_PAGE_BYTES, least=1, most=LARGEST_LIMIT),
        index=environment.get("COPYDESK_INDEX") or INDEX,
        server=_server_settings(environment),
        key=environment.get("COPYDESK_KEY") or None,
    )


def without_injected(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out the variables that describe a service beside this container, not this one's settings."""
    return {
        name: value
        for name, value in environment.items()
        if not INJECTED.fullmatch(name)
        and not (name.startswith(PREFIX) and name.endswith("PORT") and INJECTED_ADDRESS.match(value))
    }


def _server_settings(environment: Mapping[str, str]) -> ServerSettings:
    plain = ServerSettings()
    host = environment.get("COPYDESK_HOST") or plain.host
    return ServerSettings(
        host=host,
        port=_whole_number(environment, "PORT", plain.port, least=0, most=65_535),
        workers=_whole_number(environment, "WORKERS", plain.workers, least=1, most=256),
        queue=_whole_number(environment, "QUEUE", plain.queue, least=1, most=100_000),
        timeout=float(_whole_number(environment, "TIMEOUT", int(plain.timeout), least=1, most=3600)),
        idle=float(_whole_number(environment, "IDLE", int(plain.idle), least=1, most=3600)),
        batch_bytes=_whole_number(environment, "MAX_BATCH_BYTES", plain.batch_bytes, least=1, most=1024**4),
        keys=Path(environment.get("COPYDESK_KEYS") or plain.keys),
        require_keys=_require_keys(environment.get("COPYDESK_REQUIRE_KEYS", ""), host),
        rate=_whole_number(environment, "RATE", plain.rate, least=1, most=1_000_000_000),
        feedback=Path(environment.get("COPYDESK_FEEDBACK") or plain.feedback),
        duplicates=_duplicate_options(environment),
        titles=_titles(environment.get("COPYDESK_TITLES", "")),
        origins=_origins(environment.get("COPYDESK_CORS_ORIGINS", "")),
        traces=_traces(environment),
    )


def _duplicate_options(environment: Mapping[str, str]) -> DuplicateOptions:
    keep = environment.get("COPYDESK_KEEP") or Keep.EARLIEST
    if keep not in tuple(Keep):
        raise ValueError(
            f"COPYDESK_KEEP is {keep[:40]!r}, expected one of {', '.join(Keep)}; leave it unset for {Keep.EARLIEST}"
        )
    return DuplicateOptions(
        min_similarity=_share(environment, "MIN_SIMILARITY"),
        min_contained=_share(environment, "MIN_CONTAINED"),
        keep=Keep(keep),
        prefer=_names(environment.get("COPYDESK_PREFER", "")),
    )


def _titles(value: str) -> bool:
    if value not in ("", "on", "off"):
        raise ValueError(f"COPYDESK_TITLES is {value[:40]!r}, expected on or off; leave it unset for on")
    return value != "off"


def _origins(value: str) -> tuple[str, ...]:
    origins = _names(value)
    for origin in origins:
        if origin != "*" and not ORIGIN.fullmatch(origin):
            raise ValueError(
                f"COPYDESK_CORS_ORIGINS has {origin[:80]!r}, expected origins such as https://desk.example, separated "
                "by commas, or * for all; leave it unset for none"
            )
    return origins


def _names(value: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, value.split(","))))


def _share(environment: Mapping[str, str], name: str) -> float:
    value = environment.get(f"COPYDESK_{name}") or "0"
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(
            f"COPYDESK_{name} is {value[:40]!r}, expected a share from 0 to 1 such as 0.8; leave it unset for no limit"
        )
    return share


def _traces(environment: Mapping[str, str]) -> bool:
    """Tell whether traces are wanted, by the variables of the OpenTelemetry specification."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    other = environment.get("OTEL_TRACES_EXPORTER", "") not in ("", "otlp")
    places = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return not off and not other and any(environment.get(name) for name in places)


def _whole_number(environment: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
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
    """Tell whether requests need API keys: always, except on a loopback address unless the value is `always`."""
    if value not in ("", "auto", "always"):
        raise ValueError(f"COPYDESK_REQUIRE_KEYS is {value[:40]!r}, expected auto or always; leave it unset for auto")
    return value == "always" or host.partition("%")[0] not in LOOPBACK  # ::1%lo names the interface too


def _model_folder(value: str) -> Path:
    folder = Path(value)
    if not folder.is_dir():
        raise ValueError(
            f"COPYDESK_MODEL is {value!r}, which is not a folder; name the folder that holds manifest.json"
        )
    return folder
