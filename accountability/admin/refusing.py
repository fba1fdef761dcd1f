"""Forms of this app's pages: what an action refuses is said at the form, and what was typed stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied

from common.errors import DomainError, NotAllowed
from tickets.forms import add_refusal


def is_done(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Whether the form was valid and the action took it. Raises PermissionDenied."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except NotAllowed as refusal:
        raise PermissionDenied(refusal.message) from refusal
    except DomainError as refusal:
        add_refusal(form, refusal)
        return False
    return True
