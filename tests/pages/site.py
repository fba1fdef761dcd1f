"""The city as the real server shows it, compressed as in production, and a browser that counts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.http import HttpRequest
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.actions.invitations import Person, invite
from accounts.contacts import Contact, ContactKind
from accounts.enums import Role
from accounts.invitation_links import link_token as invitation_token
from accounts.models import Invitation, User
from accounts.tests.factories import PASSWORD, MembershipFactory, UserFactory
from articles.tests.factories import ArticleFactory
from departments.models import Suburb
from notifications.enums import Audience
from notifications.models import Notification
from notifications.unsubscribing import areas_link, unsubscribe_link
from tests.runtime.streams import running_server
from tickets.actions.areas import Area, follow_area
from tickets.actions.attachments import attach_pictures
from tickets.actions.conversation import add_message
from tickets.actions.following import follow_ticket
from tickets.actions.lifecycle import reject_ticket, resolve_ticket, respond, start_work
from tickets.actions.support import Visitor, support_as_visitor, support_ticket
from tickets.enums import AttachmentKind
from tickets.models import AreaFollow, Ticket
from tickets.pictures import prepare_picture
from tickets.tests.factories import report_ticket
from tickets.tests.pages import City, jpeg, make_city
from tickets.verification import link_token, short_key, spot_token

# What residents' pages do not have, and takes a minute to compress.
NOMSA = Visitor(Contact(ContactKind.EMAIL, "nomsa@example.org"), is_confirmed=True)
OF_THE_CONSOLE = ["admin", "unfold", "drf_spectacular_sidecar", "rest_framework"]
MANIFEST = "whitenoise.storage.CompressedManifestStaticFilesStorage"


@contextmanager
def running_site(**changed: str) -> Iterator[str]:
    """The server of `bin/serve` on the tests' database and post office. Static files are collected once."""
    root = Path(os.environ.get("LOKISA_DATA_DIR", settings.STATIC_ROOT)) / "pages"
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": MANIFEST}}
    with override_settings(STATIC_ROOT=str(root), STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=OF_THE_CONSOLE)
    environment = {
        "DJANGO_SETTINGS_MODULE": "ticketing.settings.development",
        "DEMO": "no",
        "EMAIL_HOST": settings.EMAIL_HOST,
        "EMAIL_PORT": str(settings.EMAIL_PORT),
        **{name: getattr(settings, name) for name in dir(settings) if name.startswith("TWILIO_")},
        "REPORT_MINIMUM_SECONDS": "0",
        "SECRET_KEY": settings.SECRET_KEY,
        "REDIS_URL": settings.REDIS_URL,
        "STATIC_ROOT": str(root),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        **changed,
    }
    application = "ticketing.wsgi:application"
    with running_server("wsgi", application, health="/healthz", **environment) as (_process, port):
        # Not by its number: browsers keep passkeys for names alone.
        yield f"http://localhost:{port}"


@dataclass
class Everything:
    """A city in which each page has something to show."""

    city: City
    resident: User
    # With an app for codes, and codes for when it is lost.
    guarded: User
    # Signs in by codes alone.
    without_password: User
    tickets: dict[str, Ticket]
    links: dict[str, str]

    def of_visitors(self) -> dict[str, str]:
        """Name and address of every page that somebody sees without an account."""
        open_one, resolved = self.tickets["open"].reference, self.tickets["resolved"]
        return {
            "home": "/",
            "home, mistyped": "/find/?q=" + open_one[:-1] + ("3" if open_one[-1] != "3" else "4"),
            "near by": "/near-by/",
            "near by, a ward": "/near-by/?ward=56",
            "near by, nothing": "/near-by/?q=nothing",
            "near by, nonsense": "/near-by/?ward=999",
            "near by, around": "/near-by/?latitude=-25.7449&longitude=28.1878",
            "ticket": f"/t/{open_one}/",
            "ticket, closed": f"/t/{self.tickets['closed'].reference}/",
            "report": "/report/",
            "report, offline": "/report/offline/",
            "help": "/help/",
            "help, nothing": "/help/?q=nothing",
            "article": "/help/burst-pipe/",
            "join": self.links["join"],
            "on the spot": self.links["spot"],
            "my me too": self.links["me too"],
            "hear no more": self.links["unsubscribe"],
            "hear no more of areas": self.links["areas"],
            "how we are doing": "/how-we-are-doing/",
            "sign in": "/accounts/login/",
            "sign up": "/accounts/signup/",
            "forgotten": "/accounts/password/reset/",
            "code to sign in": "/accounts/login/code/",
            "closed account": "/accounts/inactive/",
            "not found": "/t/sample/",
            "verify by link": f"/v/{link_token(resolved.verifications.get())}/",
        }

    def of_residents(self) -> dict[str, str]:
        """The same with an account."""
        mine = {name: ticket.reference for name, ticket in self.tickets.items()}
        return {
            "my tickets": "/my-tickets/",
            "supported": "/my-tickets/?show=supported",
            "followed": "/my-tickets/?show=followed",
            "areas": "/my-tickets/?show=areas",
            "near by, followed ward": "/near-by/?ward=56",
            "near by, around": "/near-by/?latitude=-25.7449&longitude=28.1878",
            "ticket, resolved": f"/t/{mine['resolved']}/",
            "ticket, responded": f"/t/{mine['responded']}/",
            "ticket, followed": f"/t/{mine['other']}/",
            "verify": f"/t/{mine['resolved']}/verify/",
            "account": "/account/",
            "messages": "/account/messages/",
            "news": "/news/",
            "addresses": "/accounts/email/",
            "password": "/accounts/password/change/",
            "mobile number": "/accounts/phone/change/",
            "delete my account": "/account/delete/",
            "second factor": "/accounts/2fa/",
            "second factor, app": "/accounts/2fa/totp/activate/",
            "second factor, keys": "/accounts/2fa/webauthn/",
            "second factor, new key": "/accounts/2fa/webauthn/add/",
            "sure that it is you": "/accounts/reauthenticate/",
            "sign out": "/accounts/logout/",
        }

    def of_the_guarded(self) -> dict[str, str]:
        """What is there only for who has a second step."""
        return {
            "second factors": "/accounts/2fa/",
            "sure that it is you, by code": "/accounts/2fa/reauthenticate/",
            "second factor, without app": "/accounts/2fa/totp/deactivate/",
            "recovery codes": "/accounts/2fa/recovery-codes/",
            "recovery codes, new": "/accounts/2fa/recovery-codes/generate/",
        }


def make_everything() -> Everything:
    city, other = make_city("fix.example.org"), UserFactory.create()
    resident, without_password = _person(), _person()
    without_password.set_unusable_password()
    without_password.save(update_fields=["password"])
    # The server does not know the tests' own way of keeping passwords.
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
        guarded = _person(password=PASSWORD)
    TOTP.activate(guarded, generate_totp_secret())
    RecoveryCodes.activate(guarded)
    city.organisation.confirms_reporters = True
    city.organisation.save(update_fields=["confirms_reporters"])
    Suburb.objects.create(
        organisation=city.organisation, ward=city.ward, name="Arcadia", latitude=-25.75, longitude=28.21
    )
    tickets = {name: report_ticket(city.category, reporter=resident, title=f"Pipe {name}") for name in STATES}
    tickets["other"] = report_ticket(city.category, reporter=other, title="Deep pothole")
    tickets["supported"] = report_ticket(city.category, reporter=other, title="Dark street")
    pictures = [prepare_picture(jpeg()) for _picture in range(2)]
    attach_pictures(tickets["open"], pictures, kind=AttachmentKind.REPORT, acting_user=resident)
    start_work(tickets["open"], acting_user=city.agent)
    respond(tickets["responded"], message="Which gate?", acting_user=city.agent)
    resolve_ticket(tickets["resolved"], note="Coupling replaced.", acting_user=city.agent)
    reject_ticket(tickets["closed"], reason="Not on our land.", acting_user=city.agent)
    add_message(tickets["open"], body="Any news?", acting_user=resident)
    follow_ticket(tickets["other"], acting_user=resident)
    support_ticket(tickets["supported"], acting_user=resident)
    ArticleFactory.create(organisation=city.organisation, title="A burst pipe", slug="burst-pipe")
    area = follow_area(city.organisation, Area(ward=city.ward), acting_user=resident)
    links = {**_links(city, tickets["resolved"]), **_ways_out(tickets["other"], area)}
    return Everything(city, resident, guarded, without_password, tickets, links)


def _person(**fields: str) -> User:
    """With a confirmed address."""
    person = UserFactory.create(**fields)
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    return person


def _links(city: City, resolved: Ticket) -> dict[str, str]:
    """What an invitation and a QR code lead to."""
    admin = MembershipFactory.create(organisation=city.organisation, role=Role.ORGANISATION_ADMIN).user
    kagiso = Person("Kagiso Molefe", "kagiso@example.org")
    invite(city.organisation, kagiso, role=Role.AGENT, acting_user=admin)
    return {
        "join": reverse("accounts:join", args=[invitation_token(Invitation.objects.get())]),
        "spot": reverse("tickets:scan", args=[spot_token(resolved.verifications.get(), city.agent.pk)]),
    }


def _ways_out(followed: Ticket, area: AreaFollow) -> dict[str, str]:
    """The links at the foot of mails."""
    told = Notification(recipient=area.person, audience=Audience.FOLLOWERS, event=followed.events.first())
    said = support_as_visitor(followed, NOMSA, acting_user=AnonymousUser())
    links = {
        "me too": reverse("tickets:my_me_too", args=[short_key(said.pk)]),
        "unsubscribe": unsubscribe_link(told),
        "areas": areas_link(told, [area]),
    }
    return {name: link.removeprefix(settings.SITE_URL) for name, link in links.items()}


STATES = ("open", "responded", "resolved", "closed")


def signed_in(context: BrowserContext, address: str, person: User) -> None:
    """Let the browser be this person's, who has typed the password a moment ago."""
    client = Client()
    # The password may be another one by now, and sessions know it.
    person.refresh_from_db()
    client.force_login(person)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, person, method="password", reauthenticated=True)
    request.session.save()
    cookies: SimpleCookie = client.cookies
    value = cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}])


@dataclass
class Counted:
    """What a browser with an empty cache fetched for one page: bytes as they came over the wire."""

    requests: dict[str, int] = field(default_factory=dict)

    @property
    def kilobytes(self) -> float:
        return sum(self.requests.values()) / 1024


def count(browser: Browser, url: str, arguments: dict[str, Any]) -> Counted:
    context = browser.new_context(**arguments)
    page = context.new_page()
    counted = _counting(context, page)
    page.goto(url, wait_until="networkidle")
    context.close()
    return counted


def _counting(context: BrowserContext, page: Page) -> Counted:
    counted, addresses = Counted(), {}
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def answered(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["response"]["url"]

    def finished(event: dict[str, Any]) -> None:
        address = addresses.get(event["requestId"], event["requestId"])
        counted.requests[address] = counted.requests.get(address, 0) + int(event["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    return counted
