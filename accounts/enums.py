from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("municipality")
    COMPANY = "company", _("company")


class Accent(models.TextChoices):
    """The accent colours an organisation can choose from; their values stand in the style sheet."""

    JACARANDA = "jacaranda", _("jacaranda violet")
    OCEAN = "ocean", _("ocean blue")
    FOREST = "forest", _("forest green")
    CLAY = "clay", _("clay red")
    SLATE = "slate", _("slate grey")


class Role(models.TextChoices):
    RESIDENT = "resident", _("resident")
    AGENT = "agent", _("agent")
    CALL_CENTRE = "call_centre", _("call-centre agent")
    DEPARTMENT_ADMIN = "department_admin", _("department admin")
    ORGANISATION_ADMIN = "organisation_admin", _("organisation admin")
    AUDITOR = "auditor", _("auditor")


class MembershipState(models.TextChoices):
    """How somebody stands to the organisation; follows from the membership and its invitation."""

    ACTIVE = "active", _("works here")
    INVITED = "invited", _("invited")
    INACTIVE = "inactive", _("does not work here any more")


class Capability(models.TextChoices):
    """What a role may do. Whether it may do it to one ticket is decided in `tickets.permissions`."""

    VIEW_DEPARTMENT_TICKETS = "tickets.view_department", _("see the tickets of own departments")
    VIEW_ALL_TICKETS = "tickets.view_all", _("see every ticket of the organisation")
    VIEW_REPORTERS = "tickets.view_reporters", _("see who reported a ticket")
    LOG_FOR_CALLER = "tickets.log_for_caller", _("log a ticket for somebody else")
    WORK_ON_TICKETS = "tickets.work", _("start, respond to, resolve and reject tickets")
    MOVE_TICKETS = "tickets.move", _("promote and transfer tickets")
    OVERRIDE_ASSIGNMENT = "tickets.override", _("decide who works on a ticket")
    WITHDRAW_TICKETS = "tickets.withdraw", _("withdraw any ticket")
    MANAGE_DEPARTMENT = "departments.manage", _("manage own departments and their members")
    MANAGE_ORGANISATION = "organisation.manage", _("manage the whole organisation")
    VIEW_REPORTS = "reports.view", _("read the reports")


class Scope(models.TextChoices):
    """What a key may be used for; `accounts.roles` says which capabilities that gives."""

    TICKETS_CREATE = "tickets:create", _("log tickets for customers")
    TICKETS_READ = "tickets:read", _("read every ticket and who reported it")
    TICKETS_WRITE = "tickets:write", _("read and work on every ticket")
    ADMIN = "admin", _("everything, with people, settings and keys")
