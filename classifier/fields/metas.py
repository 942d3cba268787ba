"""The names of metas that say something of an article, and how they are looked up."""

from __future__ import annotations

import html
from collections.abc import Iterable
from itertools import chain

from copydesk.classifier.types import clean

AUTHOR = (
    *("author", "article:author", "parsely-author", "sailthru.author", "cxenseparse:author", "dc.creator"),
    *("dcterms.creator", "dc.contributor", "og:author", "og:article:author", "article:author_name", "byl", "byline"),
    *("article.author", "authors", "articleauthor", "creator", "rbauthors"),
)
TURNED_AUTHOR = ("citation_author",)
"""Names that have the family name first, and a comma."""
PUBLISHED = (
    *("article:published_time", "datepublished", "og:published_time", "og:article:published_time", "parsely-pub-date"),
    *("cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued", "dcterms.issued", "dcterms.date"),
    *("dc.date", "dc.date.created", "dcterms.created", "article.published", "published_time", "publish_date"),
    *("publish-date", "publishdate", "pubdate", "publication_date", "published_date", "published-date", "published"),
    *("release_date", "date.available", "date.created", "date_published", "article_date_original", "article:published"),
    *("sailthru.date", "citation_publication_date", "citation_date", "displaydate", "date", "created", "ptime"),
    *("originalpublicationdate", "gentime", "article.created", "datecreated", "rnews:datepublished", "bt:pubdate"),
)
MODIFIED = (
    *("article:modified_time", "datemodified", "og:updated_time", "og:article:modified_time", "article:updated_time"),
    *("dcterms.modified", "dc.date.modified", "date.modified", "date.updated", "last-modified", "lastmod", "modified"),
    *("updated_time", "modified_time", "article.updated", "rnews:datemodified", "revised", "lastmodified", "utime"),
)
SITE = ("og:site_name", "cxenseparse:sitename", "dc.publisher", "citation_journal_title", "publisher")
APPLICATION = ("application-name", "apple-mobile-web-app-title")
SECTION = (
    *("article:section", "articlesection", "og:section", "og:article:section", "parsely-section", "section"),
    *("cxenseparse:section", "article:vertical", "dc.subject.section", "mrf:sections", "category", "prism.section"),
)
TAGS = (
    *("article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "cxenseparse:keywords", "keywords"),
    *("dc.subject", "dcterms.subject", "og:article:tag", "citation_keywords", "tags"),
)
DESCRIPTION = ("og:description", "description", "twitter:description", "dc.description", "sailthru.description")
IMAGE = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src", "parsely-image-url")
ADDRESS = ("og:url", "twitter:url", "parsely-link", "url")
LANGUAGE = ("og:locale", "og:language", "content-language", "language", "dc.language", "dcterms.language", "locale")


WANTED = frozenset(
    chain(AUTHOR, TURNED_AUTHOR, PUBLISHED, MODIFIED, SITE, APPLICATION, SECTION, TAGS, DESCRIPTION, IMAGE, ADDRESS)
).union(LANGUAGE)
"""All of these names."""


class Metas:
    """The metas of a page by name, each with its contents in page order, entities decoded."""

    def __init__(self, metas: Iterable[tuple[str, str]]) -> None:
        self._contents: dict[str, list[str]] = {}
        for name, content in metas:
            if name in WANTED and (text := " ".join(content.split())):
                self._contents.setdefault(name, []).append(clean(html.unescape(text) if "&" in text else text))

    def all_of(self, names: Iterable[str]) -> list[list[str]]:
        """Return the contents of each name that the page has, in the order of the names."""
        contents = self._contents
        return [contents[name] for name in names if name in contents] if contents else []

    def first_of(self, names: Iterable[str]) -> str:
        """Return the first content of the first name that the page has; empty without one."""
        return next((contents[0] for contents in self.all_of(names)), "")
