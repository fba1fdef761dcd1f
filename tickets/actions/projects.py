"""Projects: bodies of work that tickets belong to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import checked_text, clean_line
from tickets.models import Project
from tickets.permissions import can_manage_projects


class ProjectNameTaken(DomainError):
    code = "project_name_taken"
    sentence = gettext_lazy("There is a project of this name already.")


class ProjectClosed(DomainError):
    code = "project_closed"
    sentence = gettext_lazy("This project is closed: it keeps its tickets and takes no others.")


class ProjectHasTickets(DomainError):
    code = "project_has_tickets"
    sentence = gettext_lazy("Tickets belong to this project, and their history stays. Close it instead.")


class AlreadySo(DomainError):
    """Closed before, or open."""

    code = "nothing_changed"
    sentence = gettext_lazy("That is what it is already.")


def create_project(
    organisation: Organisation, *, name: str, acting_user: Any, description: str = ""
) -> Project:
    """For everybody who works on tickets. Raises NotAllowed, InvalidInput, ProjectNameTaken."""
    project = Project(organisation=organisation)
    _check_person(project, acting_user)
    return _write(project, name=name, description=description)


def change_project(project: Project, *, acting_user: Any, **fields: str) -> Project:
    """Change name or description. Raises as `create_project` does."""
    with transaction.atomic():
        return _write(_lock(project, acting_user), **fields)


def close_project(project: Project, *, acting_user: Any) -> Project:
    """Nothing new belongs to it from now on. Raises NotAllowed, AlreadySo."""
    with transaction.atomic():
        locked = _lock(project, acting_user)
        if locked.is_closed:
            raise AlreadySo
        locked.closed_at = timezone.now()
        locked.save(update_fields=["closed_at"])
        return locked


def reopen_project(project: Project, *, acting_user: Any) -> Project:
    """It takes tickets again. Raises NotAllowed, AlreadySo."""
    with transaction.atomic():
        locked = _lock(project, acting_user)
        if not locked.is_closed:
            raise AlreadySo
        locked.closed_at = None
        locked.save(update_fields=["closed_at"])
        return locked


def delete_project(project: Project, *, acting_user: Any) -> None:
    """Only one that no ticket ever belonged to, begun by mistake. Raises NotAllowed, ProjectHasTickets."""
    try:
        with transaction.atomic():
            _lock(project, acting_user).delete()
    # The second where a ticket came in meanwhile: the database looks again at the end.
    except (ProtectedError, IntegrityError) as error:
        raise ProjectHasTickets from error


def _lock(project: Project, acting_user: Any) -> Project:
    locked = Project.objects.select_for_update().get(pk=project.pk)
    _check_person(locked, acting_user)
    return locked


def _check_person(project: Project, acting_user: Any) -> None:
    if acting_user is not None and not can_manage_projects(acting_user, project.organisation_id):
        raise NotAllowed


def _write(project: Project, **fields: str) -> Project:
    for name, value in fields.items():
        setattr(project, name, clean_line(value) if name == "name" else value.strip())
    checked_text(project.description, field="description", most=5000)
    try:
        project.clean_fields(exclude=["organisation"])
        with transaction.atomic():
            project.save()
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise InvalidInput(sentences[0], field=field) from error
    except IntegrityError as error:
        if "project_name_is_unique" in str(error):
            raise ProjectNameTaken(field="name") from error
        raise
    return project
