"""What messages are about, as people choose among them: a handful of topics. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.enums import Audience, Channel, Topic
from notifications.routing import RESIDENTS, ROUTING, Way
from tickets.enums import EventKind


@dataclass(frozen=True)
class TopicRule:
    """What holds for a topic: whether it can be switched off, wait for a summary, or for the morning."""

    help: Promise
    may_be_off: bool = True
    in_digest: bool = True
    # In a summary of every morning also for who asked for none.
    only_in_digest: bool = False
    # SMS only: mail makes no noise.
    waits_for_morning: bool = True


TOPICS: Mapping[Topic, TopicRule] = {
    Topic.RECEIPTS: TopicRule(
        _("That we have your report, and codes that you asked for. They come at once, day and night."),
        may_be_off=False,
        in_digest=False,
        waits_for_morning=False,
    ),
    Topic.QUESTIONS: TopicRule(
        _("We wait for your answer, ask whether the fix is real, or could not reach you."),
        may_be_off=False,
        in_digest=False,
    ),
    Topic.PROGRESS: TopicRule(_("How it goes with what you reported, support or follow.")),
    Topic.MESSAGES: TopicRule(_("Somebody wrote to you on a ticket.")),
    Topic.WORK: TopicRule(_("A ticket is yours now, or comes back to you.")),
    Topic.CHANGES: TopicRule(_("What changes on a project's ticket on which you work.")),
    Topic.WARNINGS: TopicRule(_("Promises that run out, and tickets that do not find their way.")),
    Topic.POINTS: TopicRule(_("Appeals and remedies.")),
    Topic.AREAS: TopicRule(
        _("What is reported in the areas that you follow: every morning, or every hour if you want."),
        only_in_digest=True,
    ),
}

T, K = Topic, EventKind
_OF_KIND: Mapping[EventKind, Topic] = {
    K.CREATED: T.RECEIPTS,
    K.CODE_SENT: T.RECEIPTS,
    K.RESPONDED: T.QUESTIONS,
    K.CALL_MISSED: T.QUESTIONS,
    K.RESOLVED: T.QUESTIONS,
    K.PROOF_REMINDED: T.QUESTIONS,
    K.PRIORITY_CHANGED: T.PROGRESS,
    K.STARTED: T.PROGRESS,
    K.VERIFIED: T.PROGRESS,
    K.CLOSED: T.PROGRESS,
    K.REOPENED: T.PROGRESS,
    K.TRANSFERRED: T.PROGRESS,
    K.MERGED: T.PROGRESS,
    K.UNMERGED: T.PROGRESS,
    K.WITHDRAWN: T.PROGRESS,
    K.MESSAGE_ADDED: T.MESSAGES,
    K.REPLIED: T.MESSAGES,
    K.NOTIFIED: T.MESSAGES,
    K.ASSIGNED: T.WORK,
    K.ASSIGNMENT_OVERRIDDEN: T.WORK,
    K.HANDED_ON: T.WORK,
    K.DISPUTED: T.WORK,
    K.WAITED_TOO_LONG: T.WARNINGS,
    K.BOUNCED: T.WARNINGS,
    K.EXPIRING: T.WARNINGS,
    K.RESPONSE_LATE: T.WARNINGS,
    K.EXPIRED: T.WARNINGS,
    K.ESCALATED: T.WARNINGS,
    K.REMEDY_OVERDUE: T.POINTS,
    K.APPEALED: T.POINTS,
    K.APPEAL_DECIDED: T.POINTS,
}
# What happened to a ticket is progress for who looks on, and work for who works on it.
_FOR_STAFF = {T.PROGRESS: T.WORK, T.QUESTIONS: T.WORK}


def topic_of(kind: EventKind, audience: Audience) -> Topic:
    """The topic of a message. Raises KeyError where the routing sends nothing."""
    if audience == Audience.TEAM:
        return Topic.CHANGES
    if audience == Audience.AREA_FOLLOWERS:
        return Topic.AREAS
    topic = _OF_KIND[kind]
    if audience == Audience.FOLLOWERS and topic is T.QUESTIONS:
        # They are told how it goes, and asked for nothing.
        return Topic.PROGRESS
    return topic if audience in RESIDENTS else _FOR_STAFF.get(topic, topic)


# What an organisation cannot leave unsaid: without it nobody could confirm or answer.
ALWAYS_TOLD = frozenset({K.CODE_SENT, K.RESOLVED, K.RESPONDED})

# What people choose among; other ways to a phone follow what they say of SMS.
CHANNELS_TO_CHOOSE = (Channel.EMAIL, Channel.SMS)


def channels_of_topic(topic: Topic) -> list[Channel]:
    """The channels by which anybody could hear of a topic at all."""
    ways = {ROUTING[kind][audience] for kind, audience in _routed() if topic_of(kind, audience) is topic}
    return [Channel.EMAIL] if ways == {Way.MAIL} else list(CHANNELS_TO_CHOOSE)


def topics_of(audiences: Collection[Audience]) -> list[Topic]:
    """The topics that these audiences hear of, in the order of the table."""
    heard = {topic_of(kind, audience) for kind, audience in _routed() if audience in audiences}
    return [topic for topic in TOPICS if topic in heard]


def _routed() -> Iterator[tuple[EventKind, Audience]]:
    return ((kind, audience) for kind, routes in ROUTING.items() for audience in routes)
