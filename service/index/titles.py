"""Stores the titles of documents, so that people can recognise a cluster, and finds documents by words of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from copydesk.classifier.duplicates import Document
from copydesk.classifier.duplicates.types import MAX_TITLE_CHARACTERS
from copydesk.service.index.statements import Statement, one_of
from copydesk.service.index.tables import DOCUMENTS, TITLES

MOST_WORDS = 20
"""Words of a search that are looked for; more are refused, as each is compared with every title."""

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
"""Characters of scripts without spaces between words (Thai, Lao, Burmese, Khmer, Japanese, Chinese): each is a word."""
_TITLES = Statement(sa.select(TITLES.c.document, TITLES.c.title).where(one_of(TITLES.c.document)))


def searchable(text: str) -> str:
    """Return the words of a text without accents and in lower case, with a space before each."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return "".join(f" {word}" for word in _WORD.findall(_UNSPACED.sub(r" \1 ", plain)))


def title_of(document: Document) -> str | None:
    """Return a document's title as an index stores it: on one line, and cut if it is long; None if it has none."""
    if not isinstance(document.title, str | None):
        raise ValueError(f"the title is {str(document.title)[:40]}, expected a text")
    plain = "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in document.title or "")
    return " ".join(plain.replace("\0", " ").split())[:MAX_TITLE_CHARACTERS].rstrip() or None


def read_titles(connection: sa.Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Read the titles of documents; those without one are left out."""
    return {row[0]: row[1] for row in _TITLES.rows_of(connection, numbers)}


def write_titles(connection: sa.Connection, titles: Mapping[int, str]) -> None:
    """Write the titles of documents, in place of those that they had; equal ones are not written again."""
    if not titles:
        return
    stored = read_titles(connection, titles)
    changed = {number: title for number, title in titles.items() if stored.get(number) != title}
    replaced = stored.keys() & changed.keys()
    if replaced:
        connection.execute(sa.delete(TITLES).where(TITLES.c.document.in_(sorted(replaced))))
    rows = [{"document": number, "title": title, "words": searchable(title)} for number, title in changed.items()]
    if rows:
        connection.execute(sa.insert(TITLES), rows)


def read_cluster_titles(connection: sa.Connection, clusters: Sequence[int]) -> dict[int, str]:
    """Read for each cluster the title of its oldest document that has one."""
    columns = DOCUMENTS.c
    query = (
        sa.select(columns.cluster, sa.func.min(columns.number))
        .join(TITLES, TITLES.c.document == columns.number)
        .where(columns.cluster.in_(clusters))
        .group_by(columns.cluster)
    )
    oldest = {row[0]: row[1] for row in connection.execute(query)}
    titles = read_titles(connection, oldest.values())
    return {cluster: titles[number] for cluster, number in oldest.items()}


def find_by_words(connection: sa.Connection, words: str, most: int) -> list[int]:
    """Return the documents with titles in which some word begins with each given one, the last added first.

    Without letters or digits, or with a word longer than titles are, nothing is found. Reads at most all titles, and
    nothing else; returns at most `most`.

    Raises:
        ValueError: There are too many words.
    """
    wanted = [found for word in words.split() if (found := searchable(word))]
    if len(wanted) > MOST_WORDS:
        raise ValueError(f"{len(wanted)} words to search for, expected {MOST_WORDS} at most; leave some out")
    if not wanted or max(map(len, wanted)) > 2 * MAX_TITLE_CHARACTERS:  # more than a title holds, and than LIKE reads
        return []
    query = sa.select(TITLES.c.document).order_by(TITLES.c.document.desc()).limit(most)
    for word in wanted:
        query = query.where(TITLES.c.words.contains(word))
    return list(connection.execute(query).scalars())
