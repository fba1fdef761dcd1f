"""Steps of allauth's that know only e-mail, taught about numbers."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.account.stages import EmailVerificationStage
from django.http import HttpRequest

from accounts.models import User


class EmailStage(EmailVerificationStage):
    """Nobody is asked to confirm an address that they do not have."""

    def handle(self) -> Any:
        user = self.login.user
        if user is not None and not user.email:
            return None, True
        return super().handle()


class SmsRecovery(PasswordResetVerificationProcess):
    """The code for a new password, by SMS. What follows is the same as by mail, so the state is too."""

    @classmethod
    def start(cls, request: HttpRequest, *, user: User | None, phone: str) -> None:
        process = cls(request, state=cls.initial_state(user, email=phone), user=user)
        process.send()
        process.persist()

    def send(self) -> None:
        adapter, phone = get_adapter(), self.state["email"]
        if self.user is None:
            adapter.send_unknown_account_sms(phone)
            return
        self.state["code"] = adapter.generate_phone_verification_code(user=self.user, phone=phone)
        adapter.send_verification_code_sms(self.user, phone, self.state["code"])
