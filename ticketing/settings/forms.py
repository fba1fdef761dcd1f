"""Which of our forms allauth shows in the place of its own."""

from __future__ import annotations

ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignUpForm",
    "login": "accounts.forms.SignInForm",
    "request_login_code": "accounts.forms.CodeToSignInForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "change_phone": "accounts.forms.PhoneForm",
    "verify_phone": "accounts.forms.PhoneCodeForm",
    "set_password": "accounts.forms.FirstPasswordForm",
    "change_password": "accounts.forms.ChangedPasswordForm",
    "reset_password_from_key": "accounts.forms.PasswordAfterCodeForm",
    "reauthenticate": "accounts.forms.SureItIsYouForm",
    "confirm_login_code": "accounts.forms.SignInCodeForm",
    "confirm_email_verification_code": "accounts.forms.AddressCodeForm",
    "confirm_password_reset_code": "accounts.forms.PasswordCodeForm",
}
# After the password.
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondStepForm",
    "reauthenticate": "accounts.forms.SecondStepAgainForm",
    "activate_totp": "accounts.forms.AppForm",
}
