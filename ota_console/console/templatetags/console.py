"""Pieces of pages that are too small or too regular for an include."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ota_console.console.pages import NavigationEntry

register = template.Library()

SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
_SEGMENT = '<rect class="bar-{}" x="{}" width="{}" height="1"></rect>'
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, for beside a word: hidden from screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static(SPRITE), name)


@register.simple_tag
def ago(moment: datetime | None, never: str = "never") -> SafeString:
    """How long ago; the exact time on hover. console.js keeps it current and in the viewer's time zone."""
    if not moment:  # a template gives "" for what is missing on the way
        return format_html('<span class="text-secondary">{}</span>', never)
    exact = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', moment.isoformat(), exact, _elapsed(moment))


def _elapsed(moment: datetime) -> str:
    seconds = int((timezone.now() - moment).total_seconds())
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"


@register.simple_tag
def bar(label: str, *shares: object) -> SafeString:
    """A bar of (count, colour) pairs out of their sum: SVG, because the CSP forbids style attributes."""
    pairs = list(zip(shares[::2], shares[1::2], strict=True))
    total = sum(int(str(count)) for count, _ in pairs) or 1
    return format_html(
        '<svg class="bar" role="img" aria-label="{}" viewBox="0 0 100 1" preserveAspectRatio="none">{}</svg>',
        label,
        format_html_join("", _SEGMENT, _segments(pairs, total)),
    )


def _segments(pairs: Sequence[tuple[object, object]], total: int) -> list[tuple[str, str, str]]:
    segments, done = [], 0
    for count, colour in pairs:
        width = int(str(count))
        segments.append((str(colour), f"{100 * done / total:.3f}", f"{100 * width / total:.3f}"))
        done += width
    return segments


@register.simple_tag(takes_context=True)
def live(context: Context, topics: str) -> SafeString:
    """Attributes of an element that live.js refreshes; its view answers htmx with this element alone."""
    return format_html(
        'data-live="{}" hx-get="{}" hx-trigger="live" hx-swap="outerHTML"',
        topics,
        context["request"].get_full_path(),
    )


@register.filter
def is_of(view_name: str, entry: NavigationEntry) -> bool:
    """Whether the page belongs to this entry of the menu."""
    return view_name.startswith(entry.views)


@register.simple_block_tag(takes_context=True)
def card(context: Context, content: str, title: str = "", subtitle: str = "", flush: bool = False) -> SafeString:
    """A titled box. `flush` for a table or list that fills it to the edge."""
    values = {"content": content, "title": title, "subtitle": subtitle, "flush": flush}
    return render_to_string("components/card.html", values)


@register.simple_block_tag(takes_context=True)
def dialog(context: Context, content: str, id: str, title: str) -> SafeString:  # noqa: A002
    """A dialog that `popovertarget="<id>"` opens: no script needed."""
    return render_to_string("components/dialog.html", {"content": content, "id": id, "title": title})
