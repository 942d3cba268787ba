"""Connects to PostgreSQL as libpq does: URL, service file, environment; and bounds how long a transaction can wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, create_engine, event

from copydesk.service.index_errors import IndexUnavailable

URL = re.compile(r"postgres(ql)?(\+\w+)?://")
"""What a URL of PostgreSQL begins with; SQLAlchemy's form with the name of a driver is accepted too."""
EXPECTED = (
    "expected postgresql://USER:PASSWORD@HOST/DATABASE; percent-encode signs of the password: @ as %40, / as %2F, "
    "? as %3F, % as %25"
)
_ONE_AT = re.compile(r"postgresql://([^@/?]*@)?[^@]*")
"""A URL whose only @, if any, ends user and password. libpq takes the rest of a password with another one for a host or
a database, whose names are shown."""

STATEMENT_SECONDS = 300
"""How long one statement may run. The longest ones of an index count whole tables."""
LOCK_SECONDS = 30
"""How long a transaction waits for a lock, above all for that of the writers, before it fails."""
IDLE_SECONDS = 120
"""How long a write transaction may wait for its client's next statement before the server ends it: a machine that lost
its network would keep the writer lock."""
WRITER_LOCK = 0x636F7079
"""The advisory lock that serializes the writers of one database: "copy" in ASCII."""
CONNECTION = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "application_name": "copydesk",
}
"""Parameters of libpq that neither URL, service file nor environment set: a dead server is noticed within a minute."""

SETTINGS = {
    "synchronous_commit": "on",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
}
"""Settings of each session."""
LOCK = (
    f"SELECT set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS}s', true), "
    f"pg_advisory_xact_lock({WRITER_LOCK})"
)
"""The first statement of a write transaction: one writer at a time, until the transaction ends."""


def read_url(url: str) -> tuple[str, str]:
    """Return a URL for libpq, and a name of the database without passwords.

    Raises:
        ValueError: The URL cannot be read.
        IndexUnavailable: The driver is not installed.
    """
    conninfo = _import_driver().conninfo
    plain = URL.sub("postgresql://", url, count=1)
    if not _ONE_AT.fullmatch(plain):
        raise ValueError(f"the index's URL has an @ elsewhere than right before the host; {EXPECTED}")
    try:
        found: dict[str, Any] = conninfo.conninfo_to_dict(plain)
    except Exception:  # its message may show the password
        raise ValueError(f"the index's URL cannot be read; {EXPECTED}") from None
    ports = str(found.get("port") or "")
    if not re.fullmatch(r"[0-9,]*", ports):
        raise ValueError(f"the index's URL has a port that is no number; {EXPECTED}")
    user = f"{found['user']}{':***' if 'password' in found else ''}@" if "user" in found else ""
    host = str(found.get("host") or found.get("hostaddr") or "") + (f":{ports}" if ports else "")
    service = f"?service={found['service']}" if "service" in found else ""
    return plain, f"postgresql://{user}{host}/{found.get('dbname', '')}{service}"


def create_postgres_engine(url: str) -> Engine:
    """Make the pool of connections; those that have died are replaced when they are taken from it."""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=_connector(url),
        hide_parameters=True,
        paramstyle="format",
        pool_pre_ping=True,
        pool_use_lifo=True,
        use_native_hstore=False,
    )
    event.listen(engine, "connect", _set_up)
    return engine


def is_full(error: BaseException | None) -> bool:
    """Tell whether an error of the driver means that the server has no room on its disk."""
    return getattr(error, "sqlstate", None) == "53100"


def is_lock_timeout(error: BaseException | None) -> bool:
    """Tell whether an error of the driver means that a transaction waited too long for a lock."""
    return getattr(error, "sqlstate", None) == "55P03"


def is_unreachable(error: BaseException | None) -> bool:
    """Tell whether an error of the driver is about the connection: it was not made, or was lost."""
    return getattr(error, "sqlstate", "") is None


def _connector(url: str) -> Callable[[], Any]:
    driver = _import_driver()
    given = driver.conninfo.conninfo_to_dict(url)
    set_elsewhere = {option.keyword.decode() for option in driver.pq.Conninfo.get_defaults() if option.val}
    names = set() if "service" in given else CONNECTION.keys() - given.keys() - set_elsewhere
    parameters = {name: CONNECTION[name] for name in names}
    return lambda: driver.connect(url, **parameters)


def _set_up(connection: Any, _record: object) -> None:
    assignments = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SETTINGS.items())
    connection.execute(f"SELECT {assignments}")
    connection.commit()


def _import_driver() -> Any:
    try:
        import psycopg
    except ImportError:
        raise IndexUnavailable(
            "the driver of PostgreSQL is not installed; install it with: pip install 'copydesk[postgres]'"
        ) from None
    return psycopg
