"""How often people may ask for what costs something, and how quick nobody is."""

from __future__ import annotations

from ticketing.env import env_int

# By address of the network ("ip"), by account or number ("key"), by who is signed in ("user"). Behind one
# carrier's address sit thousands of phones.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "request_login_code": "20/m/ip,3/m/key",
    "reset_password": "20/m/ip,5/m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "manage_email": "10/m/user",
    "change_phone": "10/h/user",
    # Each SMS costs money, whatever it was asked for.
    "sms": "120/h/ip,5/h/key",
    # One-time codes of fixes: five tries each, and nobody tries many tickets from one address.
    "try_code": "30/5m/ip",
    # Codes for who reports or says me too without an account, and what comes of them.
    "visitor_code": "120/h/ip,5/h/key",
    "report": "10/h/key",
    "report_here": "120/h/ip",
    "me_too": "10/h/key",
    "me_too_here": "120/h/ip",
    # Only sends one more of these.
    "verify_phone": "60/m/ip",
}
# Whoever sends a report sooner after opening its page is a program; 0 asks for no time. One second is enough
# for a form of one field.
REPORT_MINIMUM_SECONDS = env_int("REPORT_MINIMUM_SECONDS", default=3, minimum=0)
