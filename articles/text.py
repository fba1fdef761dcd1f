"""Articles are written in Markdown and shown as HTML that holds nothing a writer could break a page with."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Typed tags are shown as they were typed, and addresses of scripts are no links: the library's own rules.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])
_HIGHEST, _LOWEST = 2, 4


def as_html(written: str) -> SafeString:
    """The text for a page whose title is its only first heading."""
    tokens = _MARKDOWN.parse(written)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = min(max(int(token.tag[1]), _HIGHEST), _LOWEST)
            token.tag = f"h{level}"
    html = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
    return mark_safe(html)  # noqa: S308 html=False escapes every tag that was typed


def first_sentence(text: str) -> str:
    """`Turn off the tap.` of a longer text."""
    head, stop, _rest = text.strip().partition(". ")
    return f"{head}." if stop else head
