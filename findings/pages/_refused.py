"""A file or a change that cannot be had as it was asked for."""

from __future__ import annotations

from django.http import HttpResponseBadRequest


def refused(said: object) -> HttpResponseBadRequest:
    """400 with the sentence, as plain text: it may repeat what was asked, which is never to be markup."""
    return HttpResponseBadRequest(str(said), content_type="text/plain; charset=utf-8")
