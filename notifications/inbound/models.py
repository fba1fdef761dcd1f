from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.models import IdentifiedModel
from notifications.enums import Channel
from notifications.inbound.enums import Became, Ignored, WhyStopped
from notifications.inbound.querysets import (
    InboundMessageQuerySet,
    OrganisationChannelsQuerySet,
    SuppressedAddressQuerySet,
)
from tickets.models import Ticket

LONGEST_TEXT = 2000
LONGEST_ANSWER = 500


class InboundMessage(IdentifiedModel):
    """One message that came in, and what became of it. Told by a provider twice it is still one.

    The text is what the sender wrote, without quotes and with every six digits masked, so that no
    one-time code is kept. `answer` is what we said in return; "" where nothing was to be said.
    """

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
        help_text=_("Empty where it was for nobody in particular."),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    provider_id = models.CharField(_("provider's id"), max_length=255)
    sender = models.CharField(_("sender"), max_length=254)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("person"),
    )
    sent_to = models.CharField(_("sent to"), max_length=254, blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    became = models.CharField(_("became"), max_length=20, choices=Became, default=Became.IGNORED)
    ignored_because = models.CharField(
        _("ignored because"), max_length=20, choices=Ignored, blank=True, default=Ignored.UNKNOWN
    )
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("ticket")
    )
    text = models.TextField(_("text"), max_length=LONGEST_TEXT, blank=True)
    answer = models.CharField(_("our answer"), max_length=LONGEST_ANSWER, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = InboundMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message received")
        verbose_name_plural = _("messages received")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "provider_id"], name="inbound_message_is_taken_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="inbound_channel_is_known"),
            models.CheckConstraint(condition=Q(became__in=Became.values), name="inbound_outcome_is_known"),
            models.CheckConstraint(
                condition=Q(became=Became.IGNORED, ignored_because__in=Ignored.values)
                | ~Q(became=Became.IGNORED) & Q(ignored_because=""),
                name="inbound_ignored_has_a_reason",
            ),
            models.CheckConstraint(condition=~Q(provider_id=""), name="inbound_message_has_id"),
        ]
        indexes: ClassVar = [
            models.Index("organisation", F("received_at").desc(), F("id").desc(), name="inbound_newest"),
            # How often somebody wrote lately.
            models.Index("channel", "sender", "received_at", name="inbound_by_sender"),
            models.Index("ticket", name="inbound_by_ticket", condition=Q(ticket__isnull=False)),
            # Mails that wait for their answer.
            models.Index(
                "received_at",
                name="inbound_unanswered",
                condition=~Q(answer="") & Q(answered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_became_display()}"


class SuppressedAddress(IdentifiedModel):
    """An address that is told nothing more by a channel, whichever organisation asks.

    Numbers and mail servers belong to the installation, and so does the promise to be silent.
    """

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = models.CharField(_("address"), max_length=254)
    reason = models.CharField(_("reason"), max_length=20, choices=WhyStopped)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = SuppressedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "address"], name="suppressed_address_is_there_once"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="suppressed_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=WhyStopped.values), name="suppressed_reason_is_known"
            ),
            models.CheckConstraint(condition=~Q(address=""), name="suppressed_address_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.address}"


class OrganisationChannels(IdentifiedModel):
    """The addresses that an organisation has of its own. Without a row it has none."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="channels", verbose_name=_("organisation")
    )
    mail_address = models.EmailField(
        _("address for reports"),
        max_length=254,
        blank=True,
        help_text=_("A mail to this address opens a ticket. The mailbox must be one that is read here."),
    )
    whatsapp_from = models.CharField(
        _("WhatsApp number"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^\+[1-9][0-9]{6,14}$", _("In E.164: +27821234567."))],
        help_text=_("With a number here, people are told by WhatsApp in place of SMS."),
    )

    objects = OrganisationChannelsQuerySet.as_manager()

    class Meta:
        verbose_name = _("channels")
        verbose_name_plural = _("channels")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["mail_address"],
                condition=~Q(mail_address=""),
                name="channels_mail_address_is_one_organisations",
                violation_error_message=_("Another organisation reads this address."),
            ),
            models.UniqueConstraint(
                fields=["whatsapp_from"],
                condition=~Q(whatsapp_from=""),
                name="channels_whatsapp_is_one_organisations",
                violation_error_message=_("Another organisation has this number."),
            ),
            models.CheckConstraint(
                condition=Q(whatsapp_from="") | Q(whatsapp_from__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="channels_whatsapp_is_e164",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    def clean(self) -> None:
        super().clean()
        # As senders' programs write it, in whatever case.
        self.mail_address = self.mail_address.strip().lower()
