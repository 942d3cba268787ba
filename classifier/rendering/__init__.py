"""An article's blocks → Markdown or HTML."""

from copydesk.classifier.rendering.html import render_html
from copydesk.classifier.rendering.markdown import render_markdown
from copydesk.classifier.rendering.outline import Group, build_outline

__all__ = ["Group", "build_outline", "render_html", "render_markdown"]
