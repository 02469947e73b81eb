"""Trusting a third party with a reason and until a day, ending that, and every record of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from findings.pages._parties import Party, known
from inventory.audit import audit
from inventory.clock import about_now
from inventory.history import clean
from inventory.models import Account, ExposedBinding, Trust, User
from inventory.models.exposure import LONGEST_TRUST
from inventory.models.people import least_role, may
from inventory.permission import needs

log = structlog.get_logger(__name__)
#: What somebody must be allowed to do, on all accounts, to say whom we trust: it bears on all of them.
VERB = "connect"
USUAL = timedelta(days=90)
MOST_RECORDS = 500


def may_trust(user: Any) -> bool:
    """Whether this person may say whom we trust."""
    return may(user, VERB)


class TrustForm(forms.Form):
    """Why a party is trusted, and until when. `at` is the time that counts as now."""

    reason = forms.CharField(
        label="Why is it trusted?",
        help_text="Said to everybody who sees its bindings: a contract, a ticket, whom to ask.",
        max_length=500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    until = forms.DateField(
        label="Trusted until",
        help_text="The last day (UTC), at most 365 days ahead. After it, its bindings count again.",
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, at: datetime, answers: Any = None) -> None:
        self.at = at
        super().__init__(answers, initial={"until": (at + USUAL).date()})

    def clean_reason(self) -> str:
        reason = str(clean(self.cleaned_data["reason"])).strip()
        if not reason:
            raise forms.ValidationError("Say why: whoever comes after you has to be able to check it.")
        return reason

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        last = (self.at + LONGEST_TRUST).date()
        if not self.at.date() <= until <= last:
            raise forms.ValidationError(f"A day from {self.at.date()} to {last} is expected: trust ends by itself.")
        return until


class EndForm(forms.Form):
    reason = forms.CharField(
        label="Why does it end?",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


@needs("view")
@needs(VERB, "POST")
def trust(request: HttpRequest) -> HttpResponse:
    """The records of one party, and the form to trust it; POST writes a record."""
    at = about_now()
    party = _party(request, at)
    form = TrustForm(at, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _refuse_others(request)
        if party.own:
            form.add_error(None, "This account is one of ours: it is trusted as such.")
        elif party.trusted:
            form.add_error(None, "It is trusted already. End that first to change the reason or the day.")
        if form.is_valid():
            _begin(request, party, form.cleaned_data, at)
            messages.success(request, f"{party.native_id} is trusted until {form.cleaned_data['until']}.")
            return redirect(_back(request, party))
    return render(request, "findings/exposure/trust.html", _shown(request, party, form, at))


@require_POST
@needs(VERB, "POST")
def end_trust(request: HttpRequest) -> HttpResponse:
    """End every record of a party that still holds; the records stay."""
    _refuse_others(request)
    at = about_now()
    party, form = _party(request, at), EndForm(request.POST)
    if not form.is_valid():
        return render(request, "findings/exposure/trust.html", _shown(request, party, TrustForm(at), at), status=400)
    reason = str(clean(form.cleaned_data["reason"])).strip()
    if _end(request, party, reason, at):
        log.info("trust_ended", provider=party.provider, party=party.native_id, user=request.user.get_username())
        messages.success(request, f"{party.native_id} is not trusted any more; its bindings count again.")
    else:
        messages.info(request, f"{party.native_id} was not trusted: nothing has changed.")
    return redirect(_back(request, party))


@needs("view")
def trusted(request: HttpRequest) -> HttpResponse:
    """Every record: who trusted whom, why, until when; what holds now first."""
    at = about_now()
    records = list(Trust.objects.order_by("-at", "-pk")[:MOST_RECORDS])
    holding = [record for record in records if record.state(at) == "active"]
    holding.sort(key=lambda record: record.until)
    records = [*holding, *(record for record in records if record.state(at) != "active")]
    named = known({(record.provider, record.party) for record in records}, request.user, at)
    rows = [(record, record.state(at), named[record.provider, record.party]) for record in records]
    return render(request, "findings/exposure/trusted.html", {"rows": rows, "now": at, "section": "exposure"})


def _party(request: HttpRequest, at: datetime) -> Party:
    """The party that the address or the form names. Raises Http404 for what is none."""
    told = request.POST if request.method == "POST" else request.GET
    provider, native_id = told.get("provider", ""), str(clean(told.get("party", ""))).strip()
    if provider not in Account.Provider.values or not 0 < len(native_id) <= 255:
        raise Http404
    return known({(provider, native_id)}, request.user, at)[provider, native_id]


def _refuse_others(request: HttpRequest) -> None:
    if not may_trust(request.user):
        raise PermissionDenied(f"This needs the role {least_role(VERB)} on all accounts.")


def _begin(request: HttpRequest, party: Party, told: dict[str, Any], at: datetime) -> None:
    user = request.user
    assert isinstance(user, User)
    # To the end of the day that was named, and never longer than trust may last.
    until = min(datetime.combine(told["until"] + timedelta(days=1), time(), UTC), at + LONGEST_TRUST)
    with transaction.atomic():
        record = Trust.objects.create(
            provider=party.provider, party=party.native_id, reason=told["reason"], by=user,
            by_name=user.get_username(), at=at, until=until,
        )  # fmt: skip
        audit("trust", request, of=record, after={"reason": record.reason, "until": str(until)})
    log.info("trust_begun", provider=party.provider, party=party.native_id, user=user.get_username(), until=until)


def _end(request: HttpRequest, party: Party, reason: str, at: datetime) -> bool:
    """End the trust that holds; False when there is none."""
    user = request.user
    assert isinstance(user, User)
    with transaction.atomic():
        records = list(Trust.objects.active(at).covering(party.provider, party.native_id).select_for_update())
        for record in records:
            record.ended_at, record.end_reason = at, reason
            record.ended_by, record.ended_by_name = user, user.get_username()
            record.save()
            audit("trust", request, of=record, before={"until": str(record.until)}, after={"ended": reason})
    return bool(records)


def _shown(request: HttpRequest, party: Party, form: TrustForm, at: datetime) -> dict[str, Any]:
    records = Trust.objects.covering(party.provider, party.native_id)
    bindings = ExposedBinding.objects.visible_to(request.user).filter(
        provider=party.provider, party=party.native_id, gone_at=None
    )
    return {
        "party": party, "form": form, "end": EndForm(), "now": at, "section": "exposure",
        "records": [(record, record.state(at)) for record in records[:MOST_RECORDS]],
        "may_trust": may_trust(request.user), "back": _back(request, party),
        "counts": {part: bindings.filter(part=part).count() for part in ("invoke", "deploy")},
    }  # fmt: skip


def _back(request: HttpRequest, party: Party) -> str:
    """Where the form was opened from, when that is one of our addresses; else the party's own."""
    told = request.POST if request.method == "POST" else request.GET
    address = told.get("back", "")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if ours else f"{reverse('exposure')}?tab=external"
