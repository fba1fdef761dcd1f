"""What runs by the clock. Beat copies this table into its own at start; there people may change the times."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab


def every(seconds: float, task: str) -> dict[str, Any]:
    """An entry that is dropped rather than queued twice when the workers are busy for longer."""
    return {"task": task, "schedule": float(seconds), "options": {"expires": seconds * 0.9}}


def at(hour: int, minute: int, task: str, **days: str) -> dict[str, Any]:
    """An entry of every day, or of the days that a crontab names, in the city's own time."""
    return {"task": task, "schedule": crontab(hour=str(hour), minute=str(minute), **days)}


SCHEDULE: dict[str, dict[str, Any]] = {
    "Relay events that a lost wake-up left behind": every(60, "tickets.relay_events"),
    "Assign queued tickets": every(60, "tickets.drain_all_queues"),
    "Move on tickets that waited too long": every(60, "tickets.overflow_waiting"),
    "Take back tickets of who left": every(300, "tickets.release_from_who_left"),
    "Warn of promises that are about to run out": every(60, "tickets.warn_expiring"),
    "Escalate tickets that stay expired": every(60, "tickets.escalate_due"),
    "Expire tickets whose promise ran out": every(30, "tickets.expire_due"),
    "Account for what a lost wake-up left behind": every(60, "accountability.account_for_feed"),
    "Remind of remedies that are overdue": every(3600, "accountability.remind_of_remedies"),
    "Close tickets that nobody answered": every(300, "tickets.close_unanswered"),
    "Ask again whether a fix is real": every(300, "tickets.remind_of_proofs"),
    "Forget reports whose code nobody typed": every(3600, "tickets.forget_drafts"),
    "Forget accounts whose number nobody confirmed": every(3600, "accounts.forget_unconfirmed"),
    "Forget what repeated requests were answered": every(3600, "accounts.forget_old_answers"),
    "Forget old runs of jobs": every(86_400, "jobs.forget_old_runs"),
    "Go on with imports that stopped": every(60, "tickets.go_on_with_imports"),
    "Let open promises follow new working hours": every(300, "tickets.follow_calendars"),
    "Add the public holidays of years to come": at(
        3, 10, "departments.keep_up_with_holidays", day_of_month="1"
    ),
    "Compare open clocks with their history": at(2, 40, "tickets.verify_clocks"),
    "Fetch mail that came in": every(60, "notifications.fetch_mail"),
    "Send answers to mail that came in": every(60, "notifications.send_answers"),
    "Send messages that wait for another attempt": every(30, "notifications.deliver_due"),
}
