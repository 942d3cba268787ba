"""The tables of an index, and its settings: an index is only opened under those that it was made with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

import sqlalchemy as sa

from copydesk.classifier.duplicates import KeyScheme, SigningScheme
from copydesk.classifier.duplicates.rules import COMPARISON, FACTS, STORY
from copydesk.classifier.duplicates.shingles import KEY_BITS, SET_BITS
from copydesk.classifier.plurals import counted
from copydesk.service.index.clusters import MAX_REBUILT, MEMBERS_COMPARED
from copydesk.service.index.pairs import COMMON_KEY_ENDS, MAX_DECIDED_AGAIN, MAX_PAIRS, MAX_PARTNERS
from copydesk.service.index_errors import IndexMismatch

FORMAT = 11
"""The number of the format. Any change of tables, columns or the names of settings raises it."""

TABLES = sa.MetaData()

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite accepts only INTEGER as the number of a row; it has 64 bits."""
_TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
"""Sorted by code points on both databases."""

SETTINGS = sa.Table(
    "settings", TABLES, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)

DOCUMENTS = sa.Table(
    "documents",
    TABLES,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("id", _TEXT, nullable=False, unique=True),
    sa.Column("cluster", _NUMBER, nullable=False),
    sa.Column("digest", sa.BigInteger, nullable=False),
    sa.Column("length", sa.BigInteger, nullable=False),
    sa.Column("published", sa.Float(53)),
    sa.Column("added", sa.Float(53), nullable=False),
    sa.Column("source", _TEXT),
    sa.Column("numeric_id", sa.Boolean, nullable=False),
    sa.Column("pairs_incomplete", sa.Boolean, nullable=False),
    sa.Column("keys", sa.LargeBinary, nullable=False),
    sa.Column("shingles", sa.LargeBinary, nullable=False),
    sa.Index("documents_cluster", "cluster", "published", "length", "id", "source"),
)
"""Numbers rise in the order of adding; `cluster` is the number of the cluster's oldest document. `id` is the
text of the id, and `numeric_id` whether it was a number, so that answers have it as it was given. `pairs_incomplete`:
pairs with older documents may be missing, because it has a key that too many documents share. The large columns come
last, so that the others can be read without them; the index `documents_cluster` suffices to find the document of a
cluster to keep."""

KEYS = sa.Table(
    "keys",
    TABLES,
    sa.Column("key", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("document", _NUMBER, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""The inverted index: which documents have a key."""

KEY_RUNS = sa.Table(
    "key_runs",
    TABLES,
    sa.Column("run", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("n_merged", _NUMBER, nullable=False),
    sa.Column("tombstones", sa.Boolean, nullable=False),
    sa.Column("postings", sa.LargeBinary, nullable=False),
)
"""The runs of the key log, see `keys.key_log`. `n_merged` is how many partitions had been
merged when the run was written; `postings` has the keys, then the documents, eight bytes each."""

KEY_FILTER = sa.Table(
    "key_filter",
    TABLES,
    sa.Column("partition", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("n_rebuilt", _NUMBER, nullable=False),
    sa.Column("remainders", sa.LargeBinary, nullable=False),
)
"""The filter over `keys`, see `keys.key_filter`. `n_rebuilt` is how many remainders the
partition had when it was last rebuilt."""

PAIRS = sa.Table(
    "pairs",
    TABLES,
    sa.Column("document", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("other", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("similarity", sa.Float(53), nullable=False),
    sa.Column("coverage", sa.Float(53), nullable=False),
    sa.Column("kind", _NUMBER, nullable=False),
    sa.Column("same_story", sa.Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""Pairs of documents that share enough to matter, each in both directions, with the fields of `pairs.Pair`.
`same_story` is the verdict, from the contents of the index when the younger document was added."""

TITLES = sa.Table(
    "titles",
    TABLES,
    sa.Column("document", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("title", _TEXT, nullable=False),
    sa.Column("words", _TEXT, nullable=False),
)
"""Titles of documents that have one; `words` is what a search reads, see `titles.searchable`. The table is separate, so
that a search reads nothing else."""

REDIRECTS = sa.Table(
    "cluster_redirects",
    TABLES,
    sa.Column("id", _TEXT, primary_key=True),
    sa.Column("number", _NUMBER, nullable=False),
    sa.Column("document", _NUMBER, nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""Old cluster ids: the number of the document that had the id, and the document whose cluster the id leads to now (the
same one as long as it is in the index, now in a cluster with another id)."""

SCHEMA = "schema"
N_MERGED = "n_merged"
LAST_RUN = "last_run"
STATE = (SCHEMA, N_MERGED, LAST_RUN)
"""Internal rows of the table `settings`: the format, and the state of the key log."""


def settings_of(scheme: SigningScheme, keys: KeyScheme) -> dict[str, str]:
    """Return all that must be equal for stored documents to compare with new ones, as JSON by name."""
    named: dict[str, object] = {
        "shingles.set_bits": SET_BITS,
        "shingles.key_bits": KEY_BITS,
        "index.common_key_ends": COMMON_KEY_ENDS,
        "index.max_pairs": MAX_PAIRS,
        "index.max_partners": MAX_PARTNERS,
        "index.members_compared": MEMBERS_COMPARED,
        "index.max_rebuilt": MAX_REBUILT,
        "index.max_decided_again": MAX_DECIDED_AGAIN,
    }
    rules = ("comparison", COMPARISON), ("story", STORY), ("facts", FACTS)
    for group, values in (("scheme", scheme), ("keys", keys), *rules):
        named |= {f"{group}.{name}": value for name, value in asdict(values).items()}
    return {name: json.dumps(value) for name, value in named.items()}


def is_made(connection: sa.Connection, expected: Mapping[str, str], place: str) -> bool:
    """Tell whether there is an index, and check that it fits.

    Raises:
        IndexMismatch: It has another format, was made under other settings, or is the database of another program.
    """
    if not _has_tables(connection, place):
        return False
    stored = stored_settings(connection)
    if stored.get(SCHEMA) != str(FORMAT):
        raise IndexMismatch(
            f"index {place} has format {stored.get(SCHEMA)}, expected {FORMAT}: another version of copydesk made it. "
            "Add the documents to a new index"
        )
    differing = differing_settings(stored, expected)
    if differing:
        raise IndexMismatch(
            f"index {place} was made under other settings: {differing}. Use the settings or the version of "
            "copydesk that made it, or add the texts to a new index"
        )
    return True


def make_tables(connection: sa.Connection, settings: Mapping[str, str], place: str) -> None:
    """Make the tables, unless another process has done so meanwhile; call it in a write transaction.

    Raises:
        IndexMismatch: As `is_made`.
    """
    if not is_made(connection, settings, place):
        TABLES.create_all(connection)
        if connection.dialect.name == "postgresql":
            for column in (column for table in TABLES.tables.values() for column in table.c):
                if column.type.python_type is bytes:  # they do not compress: PostgreSQL need not try
                    sql = f"ALTER TABLE {column.table} ALTER COLUMN {column.name} SET STORAGE EXTERNAL"
                    connection.exec_driver_sql(sql)
        rows = {SCHEMA: str(FORMAT), N_MERGED: "0", LAST_RUN: "0"} | dict(settings)
        connection.execute(sa.insert(SETTINGS), [{"name": name, "value": value} for name, value in rows.items()])


def _has_tables(connection: sa.Connection, place: str) -> bool:
    """Tell whether there are the tables of an index, and check that there are none of another program.

    A database on a PostgreSQL server may have other tables, with other names.
    """
    inspector = sa.inspect(connection)
    names = set(inspector.get_table_names())
    if SETTINGS.name in names:
        columns = {column["name"] for column in inspector.get_columns(SETTINGS.name)}
        if columns == {"name", "value"} and SCHEMA in stored_settings(connection):
            return True
    others = names if connection.dialect.name == "sqlite" else names & TABLES.tables.keys()
    if others:
        some = ", ".join(sorted(others)[:5])
        raise IndexMismatch(
            f"{place} is a database of another program: it has {counted(len(others), 'table')} ({some}), expected an "
            "index or an empty database. Name another place for the index"
        )
    return False


def stored_settings(connection: sa.Connection) -> dict[str, str]:
    """Read the table `settings`."""
    return {row.name: row.value for row in connection.execute(sa.select(SETTINGS.c.name, SETTINGS.c.value))}


def set_value(connection: sa.Connection, name: str, value: str) -> None:
    """Change a row of `settings`."""
    connection.execute(sa.update(SETTINGS).where(SETTINGS.c.name == name).values(value=value))


def differing_settings(found: Mapping[str, str], expected: Mapping[str, str]) -> str:
    """Describe the settings that are not as expected; empty if all are."""
    names = sorted((found.keys() | expected.keys()).difference(STATE))
    return "; ".join(
        f"{name} is {found.get(name, 'not set')} in it and {expected.get(name, 'not set')} here"
        for name in names
        if found.get(name) != expected.get(name)
    )
