"""Accounts: is collection complete, and if not, what exactly is to be mended; connecting another one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from collectors.asked import NoAnswer, permissions_document
from collectors.clouds import slugs
from collectors.pages._accounts import account_rows
from collectors.pages._forms import ConnectForm, groups_of
from collectors.pages._questions import QUESTIONS
from collectors.provider import BadConnection
from collectors.tasks import QueueAway
from collectors.trial import ask_for_trial
from inventory.audit import audit
from inventory.clock import about_now, now
from inventory.freshness import freshness
from inventory.models import Account
from inventory.permission import needs, require

PAGE = 100
STATES = ("fresh", "stale", "partial", "failed", "never", "paused")


@needs("view")
def accounts(request: HttpRequest) -> HttpResponse:
    at = about_now()
    found = Account.objects.visible_to(request.user).select_related("group")
    connected = found.exists()
    text, provider, state = (request.GET.get(name, "").strip() for name in ("q", "provider", "state"))
    if text:
        found = found.filter(Q(name__icontains=text) | Q(native_id__icontains=text) | Q(group__name__icontains=text))
    if provider in Account.Provider.values:
        found = found.filter(provider=provider)
    if state in STATES:
        found = found.filter(pk__in=[row.account for row in freshness(found, at) if row.state == state])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "collectors/accounts.html", {
        "rows": account_rows(list(page), at), "page": page, "now": at, "connected": connected,
        "text": text, "provider": provider, "state": state, "states": STATES, "providers": Account.Provider.choices,
        "filtered": bool(text or provider or state),
    })  # fmt: skip


@needs("connect", "GET POST")
def account_add(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Choose a provider, then its form."""
    require(request.user, "connect")
    offered = [(name, QUESTIONS[name]) for name in slugs() if name in QUESTIONS]
    slug = slug or (offered[0][0] if len(offered) == 1 else "")
    if slug and slug not in dict(offered):
        raise Http404
    form = ConnectForm(slug, request.POST or None) if slug else None
    if form and request.method == "POST" and form.is_valid():
        return redirect("account", _connected(request, form).pk)
    return render(request, "collectors/account_add.html", {
        "form": form, "slug": slug, "offered": offered, "groups": groups_of(request.user),
    }, status=422 if form and form.is_bound else 200)  # fmt: skip


@needs("connect")
def account_add_permissions(request: HttpRequest, slug: str) -> HttpResponse:
    """The least policy or role of a provider, before anything is connected."""
    require(request.user, "connect")
    if slug not in QUESTIONS or slug not in slugs():
        raise Http404
    try:
        document = permissions_document(slug, {})
    except (NoAnswer, BadConnection):
        document = ""
    name = "permissions_part" if request.headers.get("HX-Request") else "permissions"
    response = render(request, f"collectors/{name}.html", {"slug": slug, "document": document})
    response["Vary"] = "HX-Request"
    return response


def _connected(request: HttpRequest, form: ConnectForm) -> Account:
    account = Account(
        provider=form.slug, native_id=form.cleaned_data["native_id"], connection=form.connection, due_at=now()
    )
    form.keep(account)
    audit("account", request, of=account, account=account, after={"connected": account.connection})
    messages.success(request, f"{account.name} is connected. Its first collection starts within a minute.")
    try:
        ask_for_trial(account, request.user if request.user.is_authenticated else None)
    except QueueAway:
        messages.warning(request, "The task queue does not answer: the connection could not be tested yet.")
    return account


ROUTES = [
    path("accounts/", accounts, name="accounts"),
    path("accounts/add/", account_add, name="account-add"),
    path("accounts/add/<slug:slug>/", account_add, name="account-add-to"),
    path("accounts/add/<slug:slug>/permissions/", account_add_permissions, name="account-add-permissions"),
]
