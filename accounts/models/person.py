"""People, and their role in each organisation."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.enums import MembershipState, Role
from accounts.models.organisation import Organisation, validate_time_zone
from accounts.querysets import MembershipQuerySet
from common.models import IdentifiedModel
from common.text import refuse_control_characters


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> User:
        """A user with a normalised e-mail address; without a password nobody can sign in as them."""
        user = self.model(email=_normalised_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


def _normalised_email(email: str | None) -> str | None:
    return BaseUserManager.normalize_email(email).strip().lower() if email else None


class User(IdentifiedModel, AbstractBaseUser, PermissionsMixin):
    """A person. Belongs to no organisation by itself; memberships say what they are where."""

    # Null and not empty, so that many people may have none and yet each address is unique.
    email = models.EmailField(_("e-mail address"), max_length=254, null=True, blank=True)  # noqa: DJ001
    phone = models.CharField(  # noqa: DJ001
        _("phone"), max_length=16, null=True, blank=True, help_text=_("In E.164: +27821234567.")
    )
    # By a code sent there. Until then the number is only where news may go: nobody signs in with it.
    phone_is_confirmed = models.BooleanField(_("phone is confirmed"), default=False, editable=False)
    full_name = models.CharField(_("name"), max_length=150, validators=[refuse_control_characters])
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Africa/Johannesburg", validators=[validate_time_zone]
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the console"), default=False)
    # Whom a key acts as: a name for the record, and nobody who could sign in.
    is_service = models.BooleanField(_("a program"), default=False, editable=False)
    # An organisation's secret signed this person up: tokens are given before the address is confirmed.
    vouched_by = models.ForeignKey(
        Organisation,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("signed up by"),
    )
    # Counted up to end every session and every token of the person at once.
    sign_in_round = models.PositiveIntegerField(_("round of signing in"), default=0, editable=False)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes: ClassVar = [models.Index(fields=["phone"], name="user_by_phone")]
        constraints: ClassVar = [
            # An address is the same in any case: RFC 5321 allows otherwise, no mail provider does it.
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_is_unique",
                violation_error_message=_("Somebody already has this e-mail address."),
            ),
            # A number that anybody can type claims nothing: two may give the same, one can confirm it.
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(phone_is_confirmed=True),
                name="user_confirmed_phone_is_unique",
                violation_error_message=_("Somebody already has this phone number."),
            ),
            models.CheckConstraint(
                condition=Q(phone_is_confirmed=False) | Q(phone__isnull=False),
                name="user_confirmed_phone_is_there",
            ),
            models.CheckConstraint(condition=~Q(email=""), name="user_email_is_null_rather_than_empty"),
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="user_phone_is_e164",
            ),
            models.CheckConstraint(
                condition=Q(is_service=False)
                | Q(email__isnull=True, phone__isnull=True, is_staff=False, is_superuser=False),
                name="user_service_cannot_sign_in",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or str(self.pk)

    def save(self, *args: Any, **options: Any) -> None:
        # allauth empties the address of whoever removes their last one.
        self.email = self.email or None
        super().save(*args, **options)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must fit: the password, as in Django, and the round of signing in."""
        salt = "accounts.models.User.get_session_auth_hash"
        value = f"{self.sign_in_round}:{self.password}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    def clean(self) -> None:
        super().clean()
        self.email = _normalised_email(self.email)

    @property
    def confirmed_contacts(self) -> list[str]:
        """Where codes went that this person typed. An address that an organisation vouched for is not known
        to be one of these.
        """
        email = (self.email or "").lower() if self.vouched_by_id is None else ""
        phone = (self.phone or "") if self.phone_is_confirmed else ""
        return [contact for contact in (email, phone) if contact]

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] if self.full_name else ""


class Membership(IdentifiedModel):
    """What a person is in an organisation. One role each; residents need no membership."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                name="membership_is_one_per_organisation",
                violation_error_message=_("This person is already a member of the organisation."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    @property
    def state(self) -> MembershipState:
        """Reads the user and the invitation: select them beforehand."""
        if self.is_active and self.user.is_active:
            return MembershipState.ACTIVE
        return MembershipState.INVITED if self.open_invitation else MembershipState.INACTIVE

    @property
    def open_invitation(self) -> Any:
        """What the person has not answered yet, whether or not it is too old by now; else None."""
        invitation = getattr(self, "invitation", None)
        return invitation if invitation is not None and invitation.joined_at is None else None

    @property
    def address(self) -> str | None:
        """The person's e-mail address, or where they were invited."""
        invitation = self.open_invitation
        return invitation.email if invitation else self.user.email
