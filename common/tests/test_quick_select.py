from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test.html import parse_html

from common.quick_select import QuickSelect

CHOICES = [("", "All"), (1, "Ward 1"), ("<2>", '"Two" & <b>three</b>'), ("ماء", "ماء")]


@pytest.mark.parametrize("value", [None, "", 1, "1", "<2>", "ماء", "unknown"])
@pytest.mark.parametrize("attrs", [None, {"id": "ward", "required": True, "aria-invalid": "true"}])
def test_it_writes_what_djangos_select_writes(value: Any, attrs: dict[str, Any] | None) -> None:
    quick, usual = (kind(choices=CHOICES, attrs={"class": "wide"}) for kind in (QuickSelect, forms.Select))
    assert parse_html(quick.render("ward", value, attrs)) == parse_html(usual.render("ward", value, attrs))


def test_a_choice_field_takes_it() -> None:
    field = forms.ChoiceField(choices=CHOICES, widget=QuickSelect)
    assert field.clean("1") == "1"
    assert 'value="1" selected' in field.widget.render("ward", "1")
