"""People and organisations for tests, free of surprises."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from accounts.actions.keys import IssuedKey, issue_key
from accounts.enums import OrganisationKind, Role, Scope
from accounts.models import Membership, Organisation, User

PASSWORD = "jacaranda-in-october"


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"City {n}")
    slug = factory.Sequence(lambda n: f"city-{n}")
    kind = OrganisationKind.MUNICIPALITY
    reference_prefix = factory.Sequence(
        lambda n: f"C{chr(65 + n // 676 % 26)}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}"
    )
    public_reports = True
    # Tests of the code ask for it.
    confirms_reporters = False


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    full_name = factory.Sequence(lambda n: f"Person {n}")

    @factory.post_generation
    def password(self: User, create: bool, extracted: str | None, **kwargs: object) -> None:  # type: ignore[misc]
        if extracted:
            self.set_password(extracted)
            self.save(update_fields=["password"])


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.AGENT


def issued_key(
    organisation: Organisation | None = None, *scopes: Scope, name: str = "Web shop", **fields: object
) -> IssuedKey:
    """A live key with these scopes, or with all of them, and its secret."""
    issued = issue_key(
        organisation or OrganisationFactory.create(),
        name=name,
        scopes=scopes or tuple(Scope),
        acting_user=None,
    )
    for field, value in fields.items():
        setattr(issued.key, field, value)
    issued.key.save()
    return issued
