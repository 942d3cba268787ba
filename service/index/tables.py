"""The tables of an index, the migrations that make them, and the settings that it is held to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)

from copydesk.classifier.duplicates import clustering, overlap, same_story
from copydesk.classifier.duplicates.candidates import MOST_DOCUMENTS, MOST_STORIES
from copydesk.classifier.duplicates.shingles import KEY_BITS, SET_BITS
from copydesk.classifier.duplicates.stored_sets import COMMON_STORIES
from copydesk.classifier.duplicates.types import KeyScheme, SigningScheme
from copydesk.service.index.clusters import MOST_COUNTED
from copydesk.service.index.pairs import MOST_PAIRS, MOST_PARTNERS
from copydesk.service.index.records import IndexMismatch

TABLES = MetaData()

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite takes an INTEGER alone for the number of a row; it holds 64 bits."""
_TEXT = Text(collation="C").with_variant(Text(), "sqlite")
"""Ordered by code points on both."""

SETTINGS = Table("settings", TABLES, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

DOCUMENTS = Table(
    "documents",
    TABLES,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("id", _TEXT, nullable=False, unique=True),
    Column("cluster", _NUMBER, nullable=False),
    Column("digest", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("published", Float(53)),
    Column("added", Float(53), nullable=False),
    Column("source", _TEXT),
    Column("crowded", Boolean, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("shingles", LargeBinary, nullable=False),
    Index("documents_cluster", "cluster", "published", "length", "id", "source"),
)
"""Numbers rise as documents come; `cluster` is the number of its oldest document. Of a `crowded` one pairs with older
ones may be missing: it came with a key that too many share, or before schema 4, which keeps all pairs. The large
columns stand last, so that reading the others leaves them alone; the index answers alone which document of a cluster
to keep."""


KEYS = Table(
    "keys",
    TABLES,
    Column("key", _NUMBER, primary_key=True, autoincrement=False),
    Column("document", _NUMBER, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

KEY_RUNS = Table(
    "key_runs",
    TABLES,
    Column("run", _NUMBER, primary_key=True, autoincrement=False),
    Column("since", _NUMBER, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("pairs", LargeBinary, nullable=False),
)
"""SQLite alone uses it: new keys, as each would else change a page of the large table of its own; see `recent_keys`.
`since` is how many pieces had moved, `pairs` the keys, then the documents, eight bytes each."""

KEY_PIECES = Table(
    "key_pieces",
    TABLES,
    Column("piece", _NUMBER, primary_key=True, autoincrement=False),
    Column("counted", _NUMBER, nullable=False),
    Column("values", LargeBinary, nullable=False),
)
"""SQLite alone uses it: what keys there are in `keys`; see `key_filter`. `counted` is how many values a piece had when
it was last made of `keys` itself."""

EDGES = Table(
    "edges",
    TABLES,
    Column("document", _NUMBER, primary_key=True, autoincrement=False),
    Column("other", _NUMBER, primary_key=True, autoincrement=False),
    Column("similarity", Float(53), nullable=False),
    Column("coverage", Float(53), nullable=False),
    Column("kind", _NUMBER, nullable=False),
    Column("same_story", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""Pairs that share so much that it counts, each in both directions, and whether they tell one story, for what was known
when the younger document came. `coverage` and `kind` are those of `copydesk.classifier.duplicates.same_story.weigh`."""

NAMES = Table(
    "names",
    TABLES,
    Column("id", _TEXT, primary_key=True),
    Column("number", _NUMBER, nullable=False),
    Column("document", _NUMBER, nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""Ids that clusters had, with the number of the document that had the id, and the document whose cluster they lead to
now: its own while it is there, though in a cluster of another name."""

SCHEMA = "schema"
MOVED = "moved_pieces"
LAST_RUN = "last_run"
STATE = (SCHEMA, MOVED, LAST_RUN)
"""What stands among the settings and changes with what the index holds."""


Migration = Callable[[Connection], None]
"""Brings an index from one schema to the next; those that are needed run at open, in one transaction."""


def settings_of(scheme: SigningScheme, keys: KeyScheme) -> dict[str, str]:
    """Name all that must be equal for stored documents to compare with new ones."""
    thresholds = "SIMILAR MISREAD SAME_SIZE COVERED HELD PASSAGE_WORDS EXCERPT_WORDS LEAST_SHARED GAP_WORDS".split()
    limits = {name.lower(): getattr(overlap, name) for name in thresholds} | {
        "set_bits": SET_BITS,
        "key_bits": KEY_BITS,
        "most_documents": MOST_DOCUMENTS,
        "most_stories": MOST_STORIES,
        "common_stories": COMMON_STORIES,
    }
    named = {f"scheme.{name}": value for name, value in asdict(scheme).items()}
    limits |= {
        f"rivals.{name.lower()}": getattr(same_story, name) for name in "TOLD LEAST_SIZE MARGIN OWN APART".split()
    }
    named |= {"certain": clustering.CERTAIN, "agreeing": clustering.AGREEING, "most_counted": MOST_COUNTED}
    named |= {"most_pairs": MOST_PAIRS, "most_partners": MOST_PARTNERS}
    named |= {f"keys.{name}": value for name, value in asdict(keys).items()}
    return {name: json.dumps(value) for name, value in (named | limits).items()}


def is_ready(connection: Connection, wanted: Mapping[str, str], place: str, newest: int) -> bool:
    """Tell whether an index is there and up to date.

    Raises:
        IndexMismatch: It is held to other settings, or newer than this version.
    """
    held = stored_settings(connection)
    if held is None:
        return False
    version = int(held.get(SCHEMA, "0"))
    if version > newest:
        raise IndexMismatch(
            f"index {place} has schema {version}, this copydesk knows schemas up to {newest}; "
            "upgrade copydesk to use it"
        )
    _compare(held, wanted if version == newest else {name: wanted[name] for name in wanted.keys() & held.keys()}, place)
    return version == newest


def prepare(connection: Connection, wanted: Mapping[str, str], place: str, migrations: Sequence[Migration]) -> None:
    """Make the tables, or bring them to the newest schema; to be called in a transaction that may write.

    Args:
        connection: Of that transaction.
        wanted: The settings; those that an older schema did not have are set.
        place: The index, for messages.
        migrations: From schema 1 to 2, from 2 to 3, and so on.

    Raises:
        IndexMismatch: The index is held to other settings, or newer than this version.
    """
    newest = 1 + len(migrations)
    if is_ready(connection, wanted, place, newest):
        return
    held = stored_settings(connection)
    if held is None:
        TABLES.create_all(connection)
    missing = {SCHEMA: str(newest), MOVED: "0", LAST_RUN: "0"} | dict(wanted)
    rows = [{"name": name, "value": value} for name, value in missing.items() if name not in (held or {})]
    if rows:
        connection.execute(insert(SETTINGS), rows)
    if held is not None:
        for migrate in migrations[int(held[SCHEMA]) - 1 :]:
            migrate(connection)
        set_value(connection, SCHEMA, str(newest))


def stored_settings(connection: Connection) -> dict[str, str] | None:
    """Read all that the index is held to, None where there is no index."""
    if not inspect(connection).has_table(SETTINGS.name):
        return None
    return {row.name: row.value for row in connection.execute(select(SETTINGS.c.name, SETTINGS.c.value))}


def schema_version(connection: Connection) -> int:
    """Read the number of the last migration that ran."""
    return int((stored_settings(connection) or {}).get(SCHEMA, "0"))


def set_value(connection: Connection, name: str, value: str) -> None:
    """Change a setting."""
    connection.execute(update(SETTINGS).where(SETTINGS.c.name == name).values(value=value))


def _compare(held: Mapping[str, str], wanted: Mapping[str, str], place: str) -> None:
    differ = [
        f"{name} is {held.get(name, 'not set')} in it and {value} here"
        for name, value in wanted.items()
        if held.get(name) != value
    ]
    if differ:
        raise IndexMismatch(
            f"index {place} was made under other settings: {'; '.join(differ)}. Use the settings or the version of "
            "copydesk that made it, or add the texts to a new index"
        )
