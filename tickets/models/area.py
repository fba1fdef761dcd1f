from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from common.distances import metres_between
from common.models import IdentifiedModel
from common.text import refuse_control_characters
from departments.models import Suburb, Ward
from tickets.area_querysets import AreaFollowQuerySet, box_of_area
from tickets.areas import FURTHEST, NEAREST, Box
from tickets.models.ticket import Ticket


def _is_one_of_three() -> Q:
    """A ward, a suburb, or a point; all but a ward with the box in which tickets are looked for."""
    ward, suburb = Q(ward__isnull=False), Q(suburb__isnull=False)
    point = Q(latitude__isnull=False, longitude__isnull=False, radius__isnull=False)
    no_point = Q(latitude__isnull=True, longitude__isnull=True, radius__isnull=True)
    edges = ("south", "west", "north", "east")
    boxed = Q(**{f"{edge}__isnull": False for edge in edges})
    unboxed = Q(**{f"{edge}__isnull": True for edge in edges})
    return (ward & ~suburb & no_point & unboxed) | (~ward & boxed & ((suburb & no_point) | (~suburb & point)))


class AreaFollow(IdentifiedModel):
    """A ward, a suburb or the surroundings of a point of which somebody wants to hear.

    The box of a suburb or a point is what is looked up for each new ticket; of a point the circle in it
    counts (`covers`).
    """

    # Asked for together with a place, whose index finds fewer.
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("organisation"),
        db_index=False,
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=80, validators=[refuse_control_characters])
    ward = models.ForeignKey(
        Ward, on_delete=models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("ward")
    )
    suburb = models.ForeignKey(
        Suburb, on_delete=models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("suburb")
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    radius = models.PositiveIntegerField(_("radius in metres"), null=True, blank=True)
    south = models.FloatField(_("southern edge"), null=True, editable=False)
    west = models.FloatField(_("western edge"), null=True, editable=False)
    north = models.FloatField(_("northern edge"), null=True, editable=False)
    east = models.FloatField(_("eastern edge"), null=True, editable=False)
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    objects = AreaFollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("followed area")
        verbose_name_plural = _("followed areas")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "ward"], name="areafollow_ward_is_followed_once"),
            models.UniqueConstraint(fields=["person", "suburb"], name="areafollow_suburb_is_followed_once"),
            models.UniqueConstraint(
                fields=["person", "organisation", "latitude", "longitude"],
                name="areafollow_point_is_followed_once",
            ),
            models.CheckConstraint(condition=_is_one_of_three(), name="areafollow_is_one_kind_of_area"),
            models.CheckConstraint(
                condition=Q(radius__isnull=True) | Q(radius__range=(NEAREST, FURTHEST)),
                name="areafollow_radius_is_bounded",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="areafollow_point_is_on_earth",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="areafollow_has_name"),
        ]
        indexes: ClassVar = [
            # With the index of the ward, what one new ticket asks: AreaFollowQuerySet.covering.
            GistIndex(box_of_area(), name="areafollow_box", condition=Q(south__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    def covers(self, ticket: Ticket) -> bool:
        """Whether the ticket lies in it. Asks nothing."""
        if self.ward_id is not None:
            return ticket.ward_id == self.ward_id
        box, latitude, longitude = self.box, ticket.latitude, ticket.longitude
        if box is None or latitude is None or longitude is None or not box.holds(latitude, longitude):
            return False
        if self.latitude is None or self.longitude is None or self.radius is None:
            return True
        return metres_between((self.latitude, self.longitude), (latitude, longitude)) <= self.radius

    @property
    def box(self) -> Box | None:
        """Of a suburb or a point."""
        if self.south is None or self.west is None or self.north is None or self.east is None:
            return None
        return Box(self.south, self.west, self.north, self.east)
