"""The web page: a few static files under a strict content security policy."""

from copydesk.service.api.page.pages import page_router

__all__ = ["page_router"]
