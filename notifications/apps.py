from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # They register themselves; at the top it would come before the models are there.
        import_module("notifications.receivers")
        import_module("notifications.own_data")
        import_module("notifications.inbound.own_data")
        import_module("notifications.inbound.receivers")
        import_module("notifications.backlogs")
        import_module("notifications.account_sms")
