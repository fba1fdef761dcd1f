"""Whether the rows of all tickets agree: each question is answered with a count of exceptions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Organisation
from departments.geometry import WardIndex
from departments.models import Ward
from tickets.models import Ticket

_QUESTIONS = {
    "the status is the one of the last event that changed it": """
        SELECT count(*) FROM tickets_ticket t WHERE t.status <> coalesce((
            SELECT e.changes -> 'status' ->> 1 FROM tickets_ticketevent e
            WHERE e.ticket_id = t.id AND e.changes ? 'status' ORDER BY e.ticket_version DESC LIMIT 1), 'open')
    """,
    "the outcome is the one of the last event that changed it": """
        SELECT count(*) FROM tickets_ticket t WHERE t.outcome <> coalesce((
            SELECT e.changes -> 'outcome' ->> 1 FROM tickets_ticketevent e
            WHERE e.ticket_id = t.id AND e.changes ? 'outcome' ORDER BY e.ticket_version DESC LIMIT 1), '')
    """,
    "the assignee is the one of the last event that changed it": """
        SELECT count(*) FROM tickets_ticket t WHERE t.assignee_id::text IS DISTINCT FROM (
            SELECT e.changes -> 'assignee' ->> 1 FROM tickets_ticketevent e
            WHERE e.ticket_id = t.id AND e.changes ? 'assignee' ORDER BY e.ticket_version DESC LIMIT 1)
    """,
    "every event is about a version of its own, from creation on": """
        SELECT count(*) FROM tickets_ticket t LEFT JOIN (
            SELECT ticket_id, count(*) AS events, min(ticket_version) AS first, max(ticket_version) AS last,
                count(DISTINCT ticket_version) AS versions,
                count(*) FILTER (WHERE kind = 'ticket.created' AND ticket_version = 1) AS created
            FROM tickets_ticketevent GROUP BY ticket_id) e ON e.ticket_id = t.id
        WHERE e.events IS NULL OR e.created <> 1 OR e.first <> 1 OR e.last > t.version
            OR e.versions <> e.events
    """,
    "events follow each other in time, version and position": """
        SELECT count(*) FROM (
            SELECT occurred_at, position, id,
                lag(occurred_at) OVER versions AS at_before, lag(position) OVER versions AS position_before,
                lag(id) OVER versions AS id_before
            FROM tickets_ticketevent WINDOW versions AS (PARTITION BY ticket_id ORDER BY ticket_version)) e
        WHERE occurred_at < at_before OR position <= position_before OR id <= id_before
    """,
    "every event has a position and was told": """
        SELECT count(*) FROM tickets_ticketevent WHERE position IS NULL OR relayed_at IS NULL
    """,
    "positions follow time": """
        SELECT count(*) FROM (SELECT occurred_at, lag(occurred_at) OVER (ORDER BY position) AS before
            FROM tickets_ticketevent) e WHERE occurred_at < before
    """,
    "nothing happened in the future": """
        SELECT count(*) FROM tickets_ticketevent WHERE occurred_at > %(now)s
    """,
    "members hold as many open tickets as is written": """
        SELECT count(*) FROM departments_departmentmember m WHERE m.open_tickets <> (
            SELECT count(*) FROM tickets_ticket t WHERE t.assignee_id = m.user_id
            AND t.department_id = m.department_id AND t.status IN ('open', 'in_progress'))
    """,
    "nobody holds more than fits": """
        SELECT count(*) FROM departments_departmentmember WHERE open_tickets > capacity
    """,
    "supporters are counted, and on duplicates nobody": """
        SELECT count(*) FROM tickets_ticket t WHERE t.support_count <> CASE WHEN t.outcome = 'duplicate'
            THEN 0 ELSE (SELECT count(*) FROM tickets_support s WHERE s.ticket_id = t.id) END
    """,
    "what waits in a queue has no assignee, and what has none and is unsettled waits": """
        SELECT count(*) FROM tickets_ticket WHERE department_id IS NOT NULL
        AND (queued_at IS NOT NULL) <> (assignee_id IS NULL AND status IN ('open', 'in_progress'))
    """,
    "resolved tickets wait for their proof": """
        SELECT count(*) FROM tickets_ticket t WHERE (t.status = 'resolved') <> EXISTS (
            SELECT FROM tickets_verification v WHERE v.ticket_id = t.id AND v.state = 'pending'
            AND v.expires_at = t.auto_close_at AND v.issued_at = t.resolved_at)
    """,
    "nothing should have closed by itself by now": """
        SELECT count(*) FROM tickets_ticket WHERE auto_close_at <= %(now)s
    """,
    "nobody was left unwarned, and no step of a ladder untaken": """
        SELECT (SELECT count(*) FROM tickets_clock WHERE state = 'running' AND warned_at IS NULL
            AND warn_at <= %(now)s AND due_at > %(now)s)
        + (SELECT count(*) FROM tickets_ticket WHERE escalate_at <= %(now)s)
    """,
    "escalated tickets have expired, and an event tells each step": """
        SELECT count(*) FROM tickets_ticket t WHERE escalation_level <> (
            SELECT count(*) FROM tickets_ticketevent e
            WHERE e.ticket_id = t.id AND e.kind = 'ticket.escalated')
        OR escalate_at IS NOT NULL AND status NOT IN ('open', 'in_progress')
    """,
    "no promise ran out unnoticed": """
        SELECT count(*) FROM tickets_clock WHERE state = 'running' AND due_at <= %(now)s
    """,
    "clocks run on what is worked on, pause on what waits for its reporter, and stop with the end": """
        SELECT count(*) FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id WHERE
        c.state = 'running' AND t.status NOT IN ('open', 'in_progress')
        OR c.state = 'paused' AND t.status <> 'responded'
        OR c.promise = 'resolve' AND c.state = 'met' AND t.status NOT IN ('resolved', 'closed')
    """,
    "the ticket shows when its promise is due": """
        SELECT count(*) FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
        WHERE c.promise = 'resolve' AND t.due_at IS DISTINCT FROM c.due_at
    """,
    "a ticket is expired when its promise was broken, and an event says so": """
        SELECT count(*) FROM tickets_ticket t
        LEFT JOIN tickets_clock c ON c.ticket_id = t.id AND c.promise = 'resolve' AND c.state = 'breached'
        LEFT JOIN tickets_ticketevent e ON e.ticket_id = t.id AND e.kind = 'ticket.expired'
        WHERE t.expired_at IS DISTINCT FROM c.breached_at OR t.expired_at IS DISTINCT FROM e.occurred_at
    """,
    "an answer is late when its promise was broken, and an event says so": """
        SELECT count(*) FROM tickets_ticketevent e
        FULL JOIN (SELECT * FROM tickets_clock WHERE promise = 'respond' AND state = 'breached') c
            ON c.ticket_id = e.ticket_id AND c.breached_at = e.occurred_at AND e.kind = 'ticket.response_late'
        WHERE c.id IS NULL AND e.kind = 'ticket.response_late' OR e.id IS NULL
    """,
    "kept promises stayed within their target, broken ones used it up": """
        SELECT count(*) FROM tickets_clock
        WHERE state = 'met' AND elapsed_seconds > target_seconds + 1
        OR state = 'breached' AND abs(elapsed_seconds - target_seconds) > 1
        OR state IN ('running', 'paused') AND elapsed_seconds >= target_seconds
    """,
    "who holds a ticket is written in its open custody": """
        SELECT count(*) FROM tickets_ticket t
        LEFT JOIN tickets_custody c ON c.ticket_id = t.id AND c.ended_at IS NULL
        WHERE t.department_id IS NOT NULL AND CASE WHEN t.status IN ('open', 'in_progress')
            THEN c.id IS NULL OR c.department_id <> t.department_id
                OR c.stage_id IS DISTINCT FROM t.stage_id OR c.assignee_id IS DISTINCT FROM t.assignee_id
            ELSE c.id IS NOT NULL END
    """,
    "custody has no overlaps": """
        SELECT count(*) FROM (SELECT started_at, lag(ended_at) OVER (
            PARTITION BY ticket_id ORDER BY started_at, id) AS ended_before FROM tickets_custody) c
        WHERE started_at < ended_before
    """,
    "every message has its event": """
        SELECT count(*) FROM tickets_message m WHERE NOT EXISTS (
            SELECT FROM tickets_ticketevent e WHERE e.ticket_id = m.ticket_id
            AND e.data ->> 'message' = m.id::text)
    """,
    "duplicates point to an older ticket of the same organisation": """
        SELECT count(*) FROM tickets_ticket t JOIN tickets_ticket o ON o.id = t.duplicate_of_id
        WHERE o.created_at > t.created_at OR o.organisation_id <> t.organisation_id
    """,
}


def inconsistencies(now: datetime) -> dict[str, int]:
    """The questions with exceptions at this moment, and how many; empty when all rows agree."""
    found = {}
    with connection.cursor() as cursor:
        for question, sql in _QUESTIONS.items():
            cursor.execute(sql, {"now": now})
            found[question] = cursor.fetchone()[0]
    found["tickets lie in the ward that holds their pin"] = _in_the_wrong_ward()
    return {question: exceptions for question, exceptions in found.items() if exceptions}


def _in_the_wrong_ward() -> int:
    wrong = 0
    shapes: dict[int, Any]
    for organisation in Organisation.objects.all():
        wards = Ward.objects.of_organisation(organisation.pk).exclude(shape=None)
        shapes = {ward.number: ward.shape for ward in wards}
        index = WardIndex(shapes)
        pinned = Ticket.objects.of_organisation(organisation.pk).located()
        rows = list(pinned.values_list("latitude", "longitude", "ward__number"))
        located = index.locate_many([(latitude or 0.0, longitude or 0.0) for latitude, longitude, _ in rows])
        wrong += sum(row[2] != number for row, number in zip(rows, located, strict=True))
    return wrong
