from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel
from common.text import refuse_control_characters
from tickets.enums import PARTS, AttachmentKind, Source, Visibility
from tickets.event_querysets import AttachmentQuerySet, MessageQuerySet
from tickets.models.ticket import Ticket
from tickets.people_querysets import FollowQuerySet, SupportQuerySet


class Message(IdentifiedModel):
    """Something said on a ticket: between reporter and staff, or a note among staff."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="messages", verbose_name=_("ticket")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("author"),
    )
    is_from_staff = models.BooleanField(_("from staff"), default=False)
    body = models.TextField(_("text"), max_length=5000, validators=[refuse_control_characters])
    visibility = models.CharField(
        _("visible to"), max_length=20, choices=PARTS, default=Visibility.PARTICIPANTS
    )
    source = models.CharField(_("source"), max_length=20, choices=Source, default=Source.WEB)
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(body=""), name="message_has_text")]
        indexes: ClassVar = [models.Index("ticket", "created_at", "id", name="message_conversation")]

    def __str__(self) -> str:
        return self.body[:60]


class Attachment(IdentifiedModel):
    """A file on a ticket. Pictures are re-encoded before they get here, without metadata."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("ticket")
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        related_name="attachments",
        null=True,
        blank=True,
        verbose_name=_("message"),
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("uploaded by"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=AttachmentKind, default=AttachmentKind.REPORT)
    visibility = models.CharField(_("visible to"), max_length=20, choices=PARTS, default=Visibility.PUBLIC)
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/", max_length=250)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("content type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    width = models.PositiveIntegerField(_("width in pixels"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height in pixels"), null=True, blank=True)
    waits_since = models.DateTimeField(
        _("waits to be looked at since"),
        null=True,
        blank=True,
        help_text=_("Until it was looked at, only the reporter and staff see it."),
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(waits_since__isnull=True) | Q(visibility=Visibility.PARTICIPANTS),
                name="attachment_that_waits_is_not_public",
            ),
        ]
        indexes: ClassVar = [
            models.Index("ticket", "created_at", "id", name="attachment_of_ticket"),
            models.Index(
                "waits_since", "id", name="attachment_waiting", condition=Q(waits_since__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has looked at it yet, where an organisation wants that first."""
        return self.waits_since is not None

    @property
    def is_hidden(self) -> bool:
        """Whether staff took it out of everybody else's sight."""
        return self.visibility == Visibility.STAFF


class Support(IdentifiedModel):
    """Another resident with the same problem; one per person and ticket.

    Somebody without an account is known by the number or the address to which their code went (`contact`:
    E.164, or in lower case), or, where they reported a duplicate, by that report. `moved_from` is the
    duplicate by whose merge a support came.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="supports", verbose_name=_("ticket")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("supporter"),
    )
    report = models.ForeignKey(
        Ticket,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("report of the supporter"),
    )
    contact = models.CharField(_("number or address of the supporter"), max_length=254, blank=True)
    language = models.CharField(_("language of the supporter"), max_length=10, blank=True)
    moved_from = models.ForeignKey(
        Ticket,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("came with the duplicate"),
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    objects = SupportQuerySet.as_manager()

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("supports")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "user"], name="support_is_one_per_person"),
            models.UniqueConstraint(fields=["ticket", "report"], name="support_is_one_per_report"),
            models.UniqueConstraint(
                fields=["ticket", "contact"], condition=~Q(contact=""), name="support_is_one_per_contact"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, report__isnull=True, contact="")
                | Q(user__isnull=True, report__isnull=False, contact="", moved_from__isnull=False)
                | (Q(user__isnull=True, report__isnull=True) & ~Q(contact="")),
                name="support_is_of_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index("user", models.F("created_at").desc(), name="support_of_user"),
            # What is forgotten with an account that has this number or address.
            models.Index("contact", name="support_of_contact", condition=~Q(contact="")),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.report_id or self.contact} supports {self.ticket_id}"

    @property
    def email(self) -> str:
        return self.contact if "@" in self.contact else ""

    @property
    def phone(self) -> str:
        return "" if "@" in self.contact else self.contact


class Follow(IdentifiedModel):
    """Somebody who wants to know how it goes, with the problem or without; one per person and ticket."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="follows", verbose_name=_("ticket")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("follower")
    )
    moved_from = models.ForeignKey(
        Ticket,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("came with the duplicate"),
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "user"], name="follow_is_one_per_person"),
        ]
        indexes: ClassVar = [models.Index("user", models.F("created_at").desc(), name="follow_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.ticket_id}"
