"""Identity providers: add one, try it, say what its groups may do, enable it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from config.pages.people import AssignForm
from config.pages.sign_in_with import Unreachable, leave_for
from config.sessions import end_those_through
from config.sign_on import saml
from config.sign_on.adapter import TESTED
from config.sign_on.fetch import Refused, parts_of
from config.sign_on.rule import rule
from inventory.audit import audit
from inventory.clock import now
from inventory.fresh import fresh, fresh_form, typed
from inventory.models import GroupRole, IdentityProvider
from inventory.models.sign_on import provider_key
from inventory.permission import needs
from inventory.sealed import seal

TEXT = {"class": "form-control", "autocomplete": "off"}
KIND = IdentityProvider.Kind


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    """What both kinds have."""

    class Meta:
        model = IdentityProvider
        fields = ["name", "groups_from", "second_factor"]
        widgets: dict[str, forms.Widget] = {
            "name": forms.TextInput(attrs=TEXT),
            "groups_from": forms.TextInput(attrs=TEXT),
        }
        labels = {"groups_from": "Groups are in", "second_factor": "It asks for a second factor itself"}
        help_texts = {
            "name": "As people see it on the sign-in page.",
            "groups_from": "The claim (OpenID Connect) or attribute (SAML) that holds a person's groups.",
            "second_factor": "Then people who come from it need none here.",
        }


class OidcForm(ProviderForm):
    """OpenID Connect. The secret is written only: an empty field keeps the one there is."""

    new_secret = forms.CharField(
        label="Client secret", required=False, strip=True, max_length=500,
        widget=forms.PasswordInput(attrs={**TEXT, "autocomplete": "new-password"}),
        help_text="Kept encrypted, and never shown again. Empty: as it is.",
    )  # fmt: skip
    field_order = ["name", "issuer", "client_id", "new_secret", "groups_from", "second_factor"]

    class Meta(ProviderForm.Meta):
        fields = ["name", "issuer", "client_id", "groups_from", "second_factor"]
        widgets = {**ProviderForm.Meta.widgets, "issuer": forms.URLInput(attrs=TEXT),
                   "client_id": forms.TextInput(attrs=TEXT)}  # fmt: skip
        help_texts = {**ProviderForm.Meta.help_texts, "issuer": "Exactly as its discovery document says it."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issuer"].disabled = bool(self.instance.pk)
        self.fields["client_id"].required = True

    def clean_issuer(self) -> str:
        issuer: str = self.cleaned_data["issuer"]
        try:
            parts_of(issuer)
        except Refused as fault:
            raise ValidationError(str(fault)) from fault
        _not_twice(self.instance, KIND.OIDC, issuer)
        return issuer

    def save(self, commit: bool = True) -> IdentityProvider:
        self.instance.kind = KIND.OIDC
        self.instance.key = self.instance.key or provider_key(KIND.OIDC, self.instance.issuer)
        if self.cleaned_data["new_secret"]:
            self.instance.secret = seal(self.cleaned_data["new_secret"], self.instance.key)
        saved: IdentityProvider = super().save(commit)
        return saved


class SamlForm(ProviderForm):
    """SAML, by the document that describes the provider."""

    document = forms.FileField(
        label="Metadata", help_text="The provider's XML document, at most one megabyte; without DTD and entities.",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".xml,text/xml"}),
    )  # fmt: skip
    field_order = ["name", "document", "groups_from", "second_factor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].required = not self.instance.pk

    def clean_document(self) -> dict[str, Any] | None:
        given = self.cleaned_data["document"]
        if not given:
            return None
        if given.size > saml.LARGEST:
            raise ValidationError("This is larger than a megabyte: a provider's metadata is some kilobytes.")
        try:
            told = saml.read_metadata(given.read())
        except saml.Unfit as fault:
            raise ValidationError(str(fault)) from fault
        if self.instance.pk and told["issuer"] != self.instance.issuer:
            raise ValidationError(
                f"This describes {told['issuer']}, not {self.instance.issuer}: add it as another one."
            )
        _not_twice(self.instance, KIND.SAML, told["issuer"])
        return told

    def save(self, commit: bool = True) -> IdentityProvider:
        told = self.cleaned_data["document"]
        if told:
            self.instance.issuer, self.instance.metadata = told["issuer"], told
        self.instance.kind = KIND.SAML
        saved: IdentityProvider = super().save(commit)
        return saved


def _not_twice(instance: IdentityProvider, kind: str, issuer: str) -> None:
    if IdentityProvider.objects.filter(key=provider_key(kind, issuer)).exclude(pk=instance.pk).exists():
        raise ValidationError("This provider is there already.")


class GroupForm(AssignForm):
    """A group of the provider, and what it may do where."""

    name = forms.CharField(label="Group", max_length=250, widget=forms.TextInput(attrs=TEXT))
    field_order = ["name", "role", "where"]


FORMS: dict[str, type[OidcForm | SamlForm]] = {KIND.OIDC: OidcForm, KIND.SAML: SamlForm}


@needs("administer", "GET POST")
@fresh_form("new_secret")
def add_provider(request: HttpRequest, kind: str) -> HttpResponse:
    form = FORMS[kind](request.POST or typed(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        form.instance.made_at = now()
        made = form.save()
        audit("sign-on", request, of=made, after={"made": made.name, "issuer": made.issuer})
        return redirect("settings-provider", made.pk)
    told = {"form": form, "kind": KIND(kind)}
    return render(
        request, "config/settings/provider_add.html", told, status=422 if request.POST and form.errors else 200
    )


@needs("administer", "GET POST")
@fresh_form("new_secret")
def provider(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(IdentityProvider, pk=pk)
    form = FORMS[found.kind](request.POST or typed(request), request.FILES or None, instance=found)
    if request.method == "POST" and form.is_valid():
        _keep(request, form, found)
        return redirect("settings-provider", pk)
    told = request.session.get(TESTED) or {}
    return render(request, "config/settings/provider.html", {
        "provider": found, "form": form, "groups": found.roles.select_related("account", "group"),
        "group_form": GroupForm(), "tested": told if told.get("provider") == pk else None,
        "reply": request.build_absolute_uri(_reply(found)), "now": now(),
        "described": request.build_absolute_uri(reverse("saml_metadata", args=[found.key])),
    }, status=422 if request.POST and form.errors else 200)  # fmt: skip


def _reply(found: IdentityProvider) -> str:
    return reverse("sign-in-with-reply" if found.kind == KIND.OIDC else "saml_acs", args=[found.key])


def _keep(request: HttpRequest, form: Any, found: IdentityProvider) -> None:
    """Keep what changed. What a test proved of the way there no longer holds when that changed."""
    way = {"client_id", "new_secret", "document"} & set(form.changed_data)
    if way:
        found.enabled, found.tested_at = False, None
    form.save()
    audit("sign-on", request, of=found, after={"changed": sorted(form.changed_data), "enabled": found.enabled})
    messages.success(request, "Kept. Test it again before it is enabled." if way else "Kept.")


@needs("administer")
def test_provider(request: HttpRequest, pk: int) -> HttpResponse:
    """A sign-in that signs nobody in: what comes of it is told on the provider's page."""
    found = get_object_or_404(IdentityProvider, pk=pk)
    try:
        return leave_for(request, found, test=request.user.pk)
    except Unreachable as fault:
        messages.error(request, f"The provider could not be asked: {fault}")
        return redirect("settings-provider", pk)


@needs("administer", "POST")
@fresh
def enable_provider(request: HttpRequest, pk: int) -> HttpResponse:
    """Enable or disable, as the button says; only what was tried is enabled. Disabling ends what began with it."""
    found, on = get_object_or_404(IdentityProvider, pk=pk), request.POST.get("enabled") == "yes"
    others = IdentityProvider.objects.filter(enabled=True).exclude(pk=pk)
    if on and not found.tested_at:
        messages.error(request, "Test it first: a sign-in must have worked with what is kept now.")
    elif not on and not rule().passwords and not others.exists():
        messages.error(request, "This is the only way in: let passwords be one first.")
    else:
        found.enabled = on
        found.save(update_fields=["enabled"])
        ended = 0 if on else end_those_through(found.key, keep=request.session.session_key)
        audit("sign-on", request, of=found, after={"enabled": on} | ({} if on else {"sessions_ended": ended}))
        messages.success(request, "People can sign in with it now." if on else _closed(ended))
    return redirect("settings-provider", pk)


def _closed(ended: int) -> str:
    return f"Nobody can sign in with it now. {ended} session{'s' * (ended != 1)} that began with it ended."


@needs("administer", "POST")
@fresh
def delete_provider(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one that is not enabled. People it made stay, and are known again when it is added again."""
    found = get_object_or_404(IdentityProvider, pk=pk)
    if found.enabled:
        messages.error(request, "Disable it first.")
        return redirect("settings-provider", pk)
    audit("sign-on", request, of=found, before={"deleted": found.name, "issuer": found.issuer})
    found.delete()
    messages.success(request, "Deleted.")
    return redirect("settings-sign-on")


@needs("administer", "POST")
@fresh
def give_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a group may do; it holds from the next sign-in of each of its people."""
    found, form = get_object_or_404(IdentityProvider, pk=pk), GroupForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Name a group, and choose a role and where it holds.")
        return redirect("settings-provider", pk)
    sort, _, key = form.cleaned_data["where"].partition(":")
    place: dict[str, Any] = {} if sort == "all" else {f"{sort}_id": int(key)}
    told: dict[str, Any] = {"account_id": None, "group_id": None, **place}
    given, made = GroupRole.objects.get_or_create(
        provider=found, name=form.cleaned_data["name"], role=form.cleaned_data["role"], **told
    )
    if made:
        audit("sign-on", request, of=found, after={"group": str(given)})
    return redirect("settings-provider", pk)


@needs("administer", "POST")
@fresh
def take_group(request: HttpRequest, pk: int) -> HttpResponse:
    found, which = get_object_or_404(IdentityProvider, pk=pk), request.POST.get("given", "")
    held = get_object_or_404(GroupRole, provider=found, pk=int(which) if which.isdecimal() else 0)
    audit("sign-on", request, of=found, before={"group": str(held)})
    held.delete()
    return redirect("settings-provider", pk)


ROUTES = [
    path("settings/sign-on/add/oidc/", add_provider, {"kind": "oidc"}, name="settings-provider-add-oidc"),
    path("settings/sign-on/add/saml/", add_provider, {"kind": "saml"}, name="settings-provider-add-saml"),
    path("settings/sign-on/<int:pk>/", provider, name="settings-provider"),
    path("settings/sign-on/<int:pk>/test/", test_provider, name="settings-provider-test"),
    path("settings/sign-on/<int:pk>/enable/", enable_provider, name="settings-provider-enable"),
    path("settings/sign-on/<int:pk>/delete/", delete_provider, name="settings-provider-delete"),
    path("settings/sign-on/<int:pk>/give/", give_group, name="settings-provider-give"),
    path("settings/sign-on/<int:pk>/take/", take_group, name="settings-provider-take"),
]
