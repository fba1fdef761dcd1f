"""Reports of visitors that wait for a code: kept, logged, forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from common.errors import DomainError
from tickets.actions.intake import ExternalRefTaken, Place, Report, Reporter, create_ticket
from tickets.enums import Source
from tickets.models import DraftPhoto, ReportDraft, Ticket
from tickets.pictures import Picture, prepare_picture
from tickets.queries import ticket_sent_as

KEPT_FOR = timedelta(days=1)
_BATCH = 200


class DraftGone(DomainError):
    code = "draft_gone"
    status_code = 410
    sentence = gettext_lazy("This report waited for longer than a day, or it has been sent already.")


def external_ref_of(token: str) -> str:
    """What makes one ticket of one report, however often it arrives."""
    return f"web-{token}"


def keep_report(organisation: Organisation, report: Report, reporter: Reporter, *, token: str) -> ReportDraft:
    """Keep a report until its code is typed. Sent again it is the same draft; new photos replace old ones."""
    category, place = report.category, report.place
    said = {
        "title": report.title,
        "description": report.description,
        "category": category,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "address": place.address[:250],
        "reporter_name": reporter.name,
        "reporter_email": reporter.email,
        "reporter_phone": reporter.phone,
        "reporter_language": reporter.language,
        "created_at": timezone.now(),
    }
    with transaction.atomic():
        draft, _is_new = ReportDraft.objects.update_or_create(
            organisation=organisation, token=token, defaults=said
        )
        if report.pictures:
            _forget_photos([draft])
            _keep_photos(draft, report.pictures)
    return draft


def send_draft(draft: ReportDraft, *, acting_user: Any) -> Ticket:
    """Log the ticket that was waiting, once. For who has typed the code.

    Raises DraftGone, and what `create_ticket` raises; then the draft is still there.
    """
    with transaction.atomic():
        locked = ReportDraft.objects.for_sending().with_key(str(draft.pk)).first()
        if locked is None:
            raise DraftGone
        organisation = locked.organisation
        try:
            ticket = create_ticket(
                organisation,
                _report_of(locked),
                reporter=reporter_of(locked, is_confirmed=True),
                source=Source.WEB,
                acting_user=acting_user,
            )
        except ExternalRefTaken:
            ticket = ticket_sent_as(organisation.pk, external_ref_of(locked.token))
        _forget([locked])
    return ticket


def forget_old_drafts(*, acting_user: Any) -> int:
    """Reports whose code nobody typed go after a day, with their photos. Returns how many."""
    before, count = timezone.now() - KEPT_FOR, 0
    while True:
        with transaction.atomic():
            old = ReportDraft.objects.older_than(before).oldest_first().select_for_update(skip_locked=True)
            drafts = list(old[:_BATCH])
            _forget(drafts)
        count += len(drafts)
        if len(drafts) < _BATCH:
            return count


def reporter_of(draft: ReportDraft, *, is_confirmed: bool) -> Reporter:
    return Reporter(
        name=draft.reporter_name,
        email=draft.reporter_email,
        phone=draft.reporter_phone,
        language=draft.reporter_language,
        is_confirmed=is_confirmed,
    )


def _report_of(draft: ReportDraft) -> Report:
    return Report(
        title=draft.title,
        description=draft.description,
        category=draft.category,
        place=Place(draft.latitude, draft.longitude, draft.address),
        external_ref=external_ref_of(draft.token),
        pictures=pictures_of(draft),
    )


def pictures_of(draft: ReportDraft) -> list[Picture]:
    return [_picture(photo) for photo in draft.photos.in_order()]


def _picture(photo: DraftPhoto) -> Picture:
    """Prepared anew, so that what a ticket keeps of a picture is decided in one place."""
    with photo.file.open("rb") as kept:
        return prepare_picture(ContentFile(kept.read(), name=photo.name))


def _keep_photos(draft: ReportDraft, pictures: Sequence[Picture]) -> None:
    for picture in pictures:
        DraftPhoto.objects.create(
            draft=draft,
            file=picture.content,
            name=picture.name,
            content_type=picture.content_type,
            size=picture.size,
            width=picture.width,
            height=picture.height,
        )


def _forget(drafts: list[ReportDraft]) -> None:
    _forget_photos(drafts)
    ReportDraft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()


def _forget_photos(drafts: list[ReportDraft]) -> None:
    """The files go when it is certain that their rows have gone."""
    photos = list(DraftPhoto.objects.of_drafts(drafts))
    DraftPhoto.objects.filter(pk__in=[photo.pk for photo in photos]).delete()
    for photo in photos:
        storage: Storage = photo.file.storage
        transaction.on_commit(partial(storage.delete, photo.file.name or ""))
