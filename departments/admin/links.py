"""Where else a member's page leads: pages of the apps above, which register them when they are ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from departments.models import DepartmentMember


@dataclass(frozen=True)
class MemberLink:
    """A page about one member, whose key `url_name` takes. `is_shown` is asked with who looks."""

    title: str | Promise
    url_name: str
    is_shown: Callable[[Any, DepartmentMember], bool]


MEMBER_LINKS: dict[str, MemberLink] = {}


def register_member_link(link: MemberLink) -> None:
    MEMBER_LINKS[link.url_name] = link


def links_for(user: Any, member: DepartmentMember) -> SafeString:
    """The links that the person may follow; empty without any."""
    shown = [link for link in MEMBER_LINKS.values() if link.is_shown(user, member)]
    return format_html_join(
        " · ",
        '<a class="c-link" href="{}">{}</a>',
        ((reverse(link.url_name, args=[member.pk]), link.title) for link in shown),
    )
