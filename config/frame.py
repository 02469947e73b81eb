"""What the page frame shows on every page."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from config.sign_on.rule import second_factor_due
from inventory.models import IdentityProvider


def ways_in() -> QuerySet[IdentityProvider]:
    """The providers by which people sign in; asked for by the page that offers them only."""
    return IdentityProvider.objects.filter(enabled=True)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The version, whether this is the demo, the name of the page's section for the navigation, and whether there is
    none because the person has to set up a second factor first."""
    match = request.resolver_match
    return {
        "version": settings.VERSION, "demo": settings.DEMO, "section": match.url_name if match else "",
        "ways_in": ways_in, "locked": second_factor_due(request),
    }  # fmt: skip
