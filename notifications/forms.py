"""What a person wants to be told, as their page asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from notifications.actions.preferences import Chosen
from notifications.enums import Channel, Digest, Topic
from notifications.holds import Wishes
from notifications.topics import TOPICS, channels_of_topic


@dataclass(frozen=True)
class TopicRow:
    """One topic with a box for each channel that it has."""

    name: str
    help: str
    boxes: list[forms.BoundField]
    errors: list[str]


class PreferenceForm(forms.Form):
    digest = forms.ChoiceField(
        label=_("A mail for everything, or a summary"),
        help_text=_("Receipts, codes and questions to you come at once all the same."),
        choices=lambda: [(choice.value, capfirst(str(choice.label))) for choice in Digest],
        widget=forms.RadioSelect,
    )
    quiet_from = forms.TimeField(
        label=_("No SMS from"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    quiet_until = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )

    def __init__(self, data: Any = None, *, topics: list[Topic], wishes: Wishes) -> None:
        self.topics, self.before = topics, wishes
        super().__init__(data, initial=_as_typed(topics, wishes), label_suffix="")
        for topic in topics:
            for channel in channels_of_topic(topic):
                label = capfirst(str(channel.label))
                self.fields[_name(topic, channel)] = forms.BooleanField(label=label, required=False)

    def topic_rows(self) -> Iterator[TopicRow]:
        for topic in self.topics:
            boxes = [self[_name(topic, channel)] for channel in channels_of_topic(topic)]
            errors = [error for box in boxes for error in map(str, box.errors)]
            yield TopicRow(capfirst(str(topic.label)), str(TOPICS[topic].help), boxes, errors)

    def chosen(self) -> Chosen:
        """Everything, with what this page does not ask for as it was."""
        typed = self.cleaned_data
        asked = {(topic, channel) for topic in self.topics for channel in channels_of_topic(topic)}
        off = {(topic, channel) for topic, channel in asked if not typed[_name(topic, channel)]}
        return Chosen(
            digest=Digest(typed["digest"]),
            quiet_from=typed["quiet_from"],
            quiet_until=typed["quiet_until"],
            switched_off=off | (self.before.switched_off - asked),
        )

    def field_of(self, name: str | None) -> str | None:
        """The field of this page that a refusal is about."""
        if name in Topic.values:
            topic = Topic(name)
            return _name(topic, channels_of_topic(topic)[0])
        return name if name in self.fields else None


def _name(topic: Topic, channel: Channel) -> str:
    return f"{topic.value}_{channel.value}"


def _as_typed(topics: list[Topic], wishes: Wishes) -> dict[str, Any]:
    boxes = {
        _name(topic, channel): wishes.allows(topic, channel)
        for topic in topics
        for channel in channels_of_topic(topic)
    }
    times = {"quiet_from": wishes.quiet_from, "quiet_until": wishes.quiet_until}
    return {"digest": wishes.digest, **times, **boxes}
