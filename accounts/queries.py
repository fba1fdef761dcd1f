from __future__ import annotations

from accounts.models import Organisation


def organisation_for_host(host: str) -> Organisation | None:
    """The organisation whose public pages a host name shows.

    Its own domain first; otherwise the first municipality that residents may report to.
    """
    public = Organisation.objects.open_to_the_public()
    return public.with_domain(host.split(":")[0]).first() or public.municipalities_first().first()
