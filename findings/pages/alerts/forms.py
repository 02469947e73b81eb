"""The forms of an alert and of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from findings.delivering import channels, outward
from findings.message import EVENTS
from findings.models import Alert, Channel
from findings.outward import Refused
from findings.severity import Severity
from inventory.clock import now
from inventory.models import User
from inventory.search.lists import LISTS, ParseError

SELECT, TEXT = {"class": "form-select"}, {"class": "form-control", "autocomplete": "off"}
#: A secret that could be guessed signs nothing.
SECRET_LENGTH = 16
MOST_RECIPIENTS = 20


if TYPE_CHECKING:
    OfAlert = forms.ModelForm[Alert]
else:
    OfAlert = forms.ModelForm


class AlertForm(OfAlert):
    """An alert of a person."""

    events = forms.MultipleChoiceField(
        label="Tell me of", choices=list(EVENTS.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Alert
        fields = ["name", "channel", "events", "list_name", "query", "severity", "least", "quiet_from", "quiet_until",
                  "time_zone"]  # fmt: skip
        labels = {
            "list_name": "Search in", "query": "Query", "severity": "Findings from this severity on",
            "least": "Only when there are at least", "quiet_from": "Quiet from", "quiet_until": "Quiet until",
        }  # fmt: skip
        help_texts = {
            "query": "As in the list's search box; empty is everything that you see. "
            "A set of rules is written rule:public_invoke,can_escalate.",
            "least": "So many within a day; fewer are not told.",
            "quiet_from": "In quiet hours everything waits, and then comes as one message.",
            "time_zone": "Such as Europe/Paris.",
        }
        widgets = {
            "name": forms.TextInput(attrs=TEXT),
            "channel": forms.Select(attrs=SELECT),
            "list_name": forms.Select(attrs=SELECT, choices=[("findings", "Findings"), ("functions", "Functions")]),
            "query": forms.TextInput(attrs={**TEXT, "maxlength": "2000", "spellcheck": "false"}),
            "severity": forms.Select(attrs=SELECT, choices=[(one.value, one.value) for one in Severity]),
            "least": forms.NumberInput(attrs={**TEXT, "min": "1", "max": "10000"}),
            "quiet_from": forms.TimeInput(attrs={**TEXT, "type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={**TEXT, "type": "time"}, format="%H:%M"),
            "time_zone": forms.TextInput(attrs=TEXT),
        }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["channel"].queryset = Channel.objects.filter(enabled=True)  # type: ignore[attr-defined]

    def clean_list_name(self) -> str:
        chosen = str(self.cleaned_data["list_name"])
        if chosen not in ("findings", "functions"):
            raise ValidationError("Choose findings or functions.")
        return chosen

    def clean_severity(self) -> str:
        chosen = str(self.cleaned_data["severity"])
        if chosen not in set(Severity):
            raise ValidationError(f"Choose one of {', '.join(Severity)}.")
        return chosen

    def clean_least(self) -> int:
        number = int(self.cleaned_data["least"])
        if not 1 <= number <= 10_000:
            raise ValidationError("Choose a number from 1 to 10,000.")
        return number

    def clean_time_zone(self) -> str:
        named = str(self.cleaned_data["time_zone"])
        if named not in available_timezones():
            raise ValidationError(f"There is no time zone {named[:40]!r}. Write it as Europe/Paris, or UTC.")
        return named

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        listed, query = told.get("list_name"), str(told.get("query") or "")
        if listed:
            try:
                LISTS[listed].search(query, self.user, now())
            except ParseError as fault:
                self.add_error("query", str(fault))
        if (told.get("quiet_from") is None) != (told.get("quiet_until") is None):
            self.add_error("quiet_until", "Quiet hours need both a beginning and an end.")
        return told


class ChannelForm(forms.Form):
    """A channel of one kind; address and secret are written and never shown: left empty, they stay as they are."""

    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs=TEXT))
    address = forms.CharField(
        max_length=2000, required=False, widget=forms.TextInput(attrs={**TEXT, "placeholder": "https://"})
    )
    secret = forms.CharField(
        max_length=200, required=False, widget=forms.PasswordInput(attrs={**TEXT, "autocomplete": "new-password"}),
        help_text=f"At least {SECRET_LENGTH} characters; the receiver checks the signature with it. Never shown again.",
    )  # fmt: skip
    recipients = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"class": "form-control", "rows": "3"}),
        help_text="One e-mail address a line. Without one, the owner of each alert is written to.",
    )  # fmt: skip
    enabled = forms.BooleanField(required=False, initial=True, label="On")

    def __init__(self, kept: Channel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": kept.name, "recipients": "\n".join(kept.recipients), "enabled": kept.enabled}
        self.kept, self.kind = kept, channels()[kept.kind]
        for name in {"address", "secret", "recipients"} - self.kind.needs:
            del self.fields[name]
        for name in {"address", "secret"} & self.kind.needs:
            self.fields[name].required = not getattr(kept, f"sealed_{name}")
        if kept.place:
            self.fields["address"].help_text = f"Leads to {kept.place} now. Left empty, it stays as it is."

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Channel.objects.filter(name__iexact=name).exclude(pk=self.kept.pk).exists():
            raise ValidationError("There is a channel of this name already.")
        return name

    def clean_address(self) -> str:
        text = str(self.cleaned_data["address"]).strip()
        if text:
            try:
                outward().checked_in_form(text)
            except Refused as why:
                raise ValidationError(str(why)) from None
        return text

    def clean_secret(self) -> str:
        text = str(self.cleaned_data["secret"])
        if text and len(text) < SECRET_LENGTH:
            raise ValidationError(f"At least {SECRET_LENGTH} characters are needed.")
        return text

    def clean_recipients(self) -> list[str]:
        found = [line.strip() for line in str(self.cleaned_data["recipients"]).splitlines() if line.strip()]
        for one in found:
            validate_email(one)
        if len(found) > MOST_RECIPIENTS:
            raise ValidationError(f"At most {MOST_RECIPIENTS} addresses are written to.")
        return found

    def save(self) -> Channel:
        """Keep what was entered."""
        told, kept = self.cleaned_data, self.kept
        kept.name, kept.enabled = told["name"], told["enabled"]
        kept.recipients = told.get("recipients", [])
        if address := told.get("address"):
            kept.address, kept.place = address, outward().checked(address).authority[:255]
        if secret := told.get("secret"):
            kept.secret = secret
        kept.save()
        return kept
