"""Projects: bodies of work that tickets belong to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability
from common.errors import DomainError, InvalidInput, NotAllowed
from tickets.models import Project


class ProjectNameTaken(DomainError):
    code = "project_name_taken"
    sentence = gettext_lazy("There is a project of this name already.")


def create_project(
    organisation: Organisation, *, name: str, acting_user: Any, description: str = ""
) -> Project:
    """For everybody who works on tickets. Raises NotAllowed, InvalidInput, ProjectNameTaken."""
    return _save(Project(organisation=organisation, name=name, description=description), acting_user)


def change_project(project: Project, *, acting_user: Any, **fields: Any) -> Project:
    """Change name, description or whether it is archived. Raises as `create_project` does."""
    for name, value in fields.items():
        setattr(project, name, value)
    return _save(project, acting_user)


def _save(project: Project, acting_user: Any) -> Project:
    if not has_capability(acting_user, Capability.WORK_ON_TICKETS, project.organisation_id):
        raise NotAllowed
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
