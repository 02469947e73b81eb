"""The form of a channel; that of an alert is `findings.alert_form`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from findings.alert_form import TEXT
from findings.delivering import channels, outward
from findings.models import Channel
from findings.outward import Refused

#: A secret that could be guessed signs nothing.
SECRET_LENGTH = 16
MOST_RECIPIENTS = 20


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
        if kept.needs_its_secret:
            self.fields["address"].help_text = f"Where it came from it led to {kept.place}."
        elif kept.place:
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
