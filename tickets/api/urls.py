from __future__ import annotations

from typing import Any

from common.api.routing import endpoint
from tickets.api.views.agents import AgentsEndpoint
from tickets.api.views.attachments import AttachmentsEndpoint
from tickets.api.views.callbacks import CallbacksEndpoint, TicketCallbacksEndpoint
from tickets.api.views.conversation import (
    FollowEndpoint,
    MessagesEndpoint,
    SupportEndpoint,
    TimelineEndpoint,
)
from tickets.api.views.events import EventsEndpoint
from tickets.api.views.exchange import ExportEndpoint, ImportsEndpoint
from tickets.api.views.merging import MergeEndpoint
from tickets.api.views.moderation import ModerationEndpoint
from tickets.api.views.notifying import NotifyEndpoint
from tickets.api.views.places import PlacesEndpoint
from tickets.api.views.presence import PresenceEndpoint
from tickets.api.views.projects import ProjectsEndpoint
from tickets.api.views.tags import TagsEndpoint
from tickets.api.views.tickets import TicketEndpoint, TicketListEndpoint
from tickets.api.views.verbs import LifecycleEndpoint, MovementEndpoint
from tickets.api.views.verification import VerificationEndpoint

LIFECYCLE = ("start", "respond", "resolve", "complete", "reject", "reopen", "status")
MOVEMENT = ("assign", "pick", "unpin", "transfer", "promote", "priority", "route", "project")
ONE: dict[str, Any] = {"get": "retrieve", "patch": "update", "delete": "destroy"}

urlpatterns = [
    endpoint("tickets/", TicketListEndpoint.as_view({"get": "list", "post": "create"}), "tickets"),
    endpoint("tickets/nearby/", PlacesEndpoint.as_view({"get": "nearby"}), "tickets-nearby"),
    endpoint("tickets/similar/", PlacesEndpoint.as_view({"get": "similar"}), "tickets-similar"),
    endpoint("tickets/map/", PlacesEndpoint.as_view({"get": "on_map"}), "tickets-map"),
    endpoint("tickets/export/", ExportEndpoint.as_view({"get": "export"}), "tickets-export"),
    endpoint("tickets/import/", ImportsEndpoint.as_view({"get": "list", "post": "create"}), "tickets-import"),
    endpoint(
        "tickets/import/<uuid:key>/",
        ImportsEndpoint.as_view({"get": "retrieve", "delete": "cancel"}),
        "tickets-import-run",
    ),
    endpoint(
        "tickets/import/<uuid:key>/refused/",
        ImportsEndpoint.as_view({"get": "refused"}),
        "tickets-import-refused",
    ),
    endpoint("tickets/<str:name>/", TicketEndpoint.as_view(ONE), "ticket"),
    *[
        endpoint(f"tickets/<str:name>/{verb}/", LifecycleEndpoint.as_view({"post": verb}), f"ticket-{verb}")
        for verb in LIFECYCLE
    ],
    *[
        endpoint(f"tickets/<str:name>/{verb}/", MovementEndpoint.as_view({"post": verb}), f"ticket-{verb}")
        for verb in MOVEMENT
    ],
    endpoint(
        "tickets/<str:name>/assignees/",
        MovementEndpoint.as_view({"post": "assignees", "put": "assignees"}),
        "ticket-assignees",
    ),
    endpoint(
        "tickets/<str:name>/messages/",
        MessagesEndpoint.as_view({"get": "list", "post": "create"}),
        "ticket-messages",
    ),
    endpoint("tickets/<str:name>/notes/", MessagesEndpoint.as_view({"post": "create_note"}), "ticket-notes"),
    endpoint(
        "tickets/<str:name>/support/",
        SupportEndpoint.as_view({"put": "give", "delete": "withdraw"}),
        "ticket-support",
    ),
    endpoint(
        "tickets/<str:name>/follow/",
        FollowEndpoint.as_view({"put": "give", "delete": "withdraw"}),
        "ticket-follow",
    ),
    endpoint(
        "tickets/<str:name>/verification/",
        VerificationEndpoint.as_view({"post": "confirm"}),
        "ticket-verification",
    ),
    endpoint(
        "tickets/<str:name>/verification/dispute/",
        VerificationEndpoint.as_view({"post": "dispute"}),
        "ticket-dispute",
    ),
    endpoint(
        "tickets/<str:name>/verification/new-code/",
        VerificationEndpoint.as_view({"post": "new_code"}),
        "ticket-new-code",
    ),
    endpoint(
        "tickets/<str:name>/attachments/",
        AttachmentsEndpoint.as_view({"get": "list", "post": "create"}),
        "ticket-attachments",
    ),
    endpoint(
        "tickets/<str:name>/attachments/<uuid:key>/",
        AttachmentsEndpoint.as_view({"get": "retrieve"}),
        "ticket-attachment",
    ),
    *[
        endpoint(
            f"tickets/<str:name>/attachments/<uuid:key>/{verb}/",
            ModerationEndpoint.as_view({"post": verb}),
            f"ticket-attachment-{verb}",
        )
        for verb in ("publish", "hide")
    ],
    endpoint(
        "tickets/<str:name>/callbacks/",
        TicketCallbacksEndpoint.as_view({"post": "create"}),
        "ticket-callbacks",
    ),
    endpoint("tickets/<str:name>/notify/", NotifyEndpoint.as_view({"post": "notify"}), "ticket-notify"),
    endpoint("callbacks/", CallbacksEndpoint.as_view({"get": "list"}), "callbacks"),
    *[
        endpoint(
            f"callbacks/<uuid:key>/{route}/", CallbacksEndpoint.as_view({"post": act}), f"callback-{route}"
        )
        for route, act in (("take", "take"), ("done", "done"), ("not-reached", "not_reached"))
    ],
    endpoint("tickets/<str:name>/merge/", MergeEndpoint.as_view({"post": "merge"}), "ticket-merge"),
    endpoint("tickets/<str:name>/merge/undo/", MergeEndpoint.as_view({"post": "undo"}), "ticket-merge-undo"),
    endpoint("tickets/<str:name>/tags/", TagsEndpoint.as_view({"get": "list", "post": "add"}), "ticket-tags"),
    endpoint("tickets/<str:name>/tags/<path:tag>/", TagsEndpoint.as_view({"delete": "remove"}), "ticket-tag"),
    endpoint("tickets/<str:name>/timeline/", TimelineEndpoint.as_view({"get": "list"}), "ticket-timeline"),
    endpoint("projects/", ProjectsEndpoint.as_view({"get": "list", "post": "create"}), "projects"),
    endpoint("projects/<uuid:key>/", ProjectsEndpoint.as_view(ONE | {"put": "replace"}), "project"),
    endpoint("projects/<uuid:key>/close/", ProjectsEndpoint.as_view({"post": "close"}), "project-close"),
    endpoint("projects/<uuid:key>/reopen/", ProjectsEndpoint.as_view({"post": "reopen"}), "project-reopen"),
    endpoint("agents/", AgentsEndpoint.as_view({"get": "list", "post": "create"}), "agents"),
    endpoint(
        "agents/<uuid:key>/",
        AgentsEndpoint.as_view({"get": "retrieve", "patch": "update", "delete": "deactivate"}),
        "agent",
    ),
    endpoint(
        "agents/<uuid:key>/invitation/",
        AgentsEndpoint.as_view({"post": "invite_again"}),
        "agent-invitation",
    ),
    endpoint(
        "agents/<uuid:key>/availability/",
        AgentsEndpoint.as_view({"post": "availability"}),
        "agent-availability",
    ),
    endpoint(
        "agents/<uuid:key>/shifts/",
        PresenceEndpoint.as_view({"get": "shifts", "put": "set_shifts"}),
        "agent-shifts",
    ),
    endpoint(
        "agents/<uuid:key>/leave/",
        PresenceEndpoint.as_view({"get": "leave", "post": "take_leave"}),
        "agent-leave",
    ),
    endpoint(
        "agents/<uuid:key>/leave/<uuid:leave>/",
        PresenceEndpoint.as_view({"patch": "change_leave", "delete": "cancel_leave"}),
        "agent-leave-one",
    ),
    endpoint("agents/<uuid:key>/hand-on/", PresenceEndpoint.as_view({"post": "hand_on"}), "agent-hand-on"),
    endpoint("events/", EventsEndpoint.as_view({"get": "list"}), "events"),
]
