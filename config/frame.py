"""What the page frame shows on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """The version, whether this is the demo, and the name of the page's section for the navigation."""
    match = request.resolver_match
    return {"version": settings.VERSION, "demo": settings.DEMO, "section": match.url_name if match else ""}
