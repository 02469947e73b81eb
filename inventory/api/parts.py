"""Parts of the API's addresses."""

from __future__ import annotations

from django.urls.converters import StringConverter


class Uid(StringConverter):
    """Our own id of a resource: anything else is at no address, and never asked of the database."""

    regex = "[0-9a-f]{16}"
