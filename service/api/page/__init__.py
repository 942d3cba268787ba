"""The page for people: a few files, served as they are under a strict policy."""

from copydesk.service.api.page.pages import routes

__all__ = ["routes"]
