"""The rules of an alert, in one place: pages, API and import of a configuration all ask this form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from findings.message import EVENTS
from findings.models import Alert, Channel
from findings.rule_picker import RulePicker
from findings.rule_set import UnknownRules, named
from findings.severity import Severity
from inventory.clock import now
from inventory.models import User
from inventory.search.lists import LISTS, ParseError

SELECT, TEXT = {"class": "form-select"}, {"class": "form-control", "autocomplete": "off"}

if TYPE_CHECKING:
    OfAlert = forms.ModelForm[Alert]
else:
    OfAlert = forms.ModelForm


class AlertForm(OfAlert):
    """An alert of a person."""

    events = forms.MultipleChoiceField(
        label="Tell me of", choices=list(EVENTS.items()), widget=forms.CheckboxSelectMultiple
    )
    rules = forms.Field(
        label="Rules", required=False, widget=RulePicker,
        help_text="Findings of these rules only, and of those what the query finds. Changes and coverage: of what has "
        "or had such a finding. A group stands for the rules that are in it when it is kept.",
    )  # fmt: skip

    class Meta:
        model = Alert
        fields = ["name", "channel", "events", "list_name", "query", "rules", "severity", "least", "quiet_from",
                  "quiet_until", "time_zone"]  # fmt: skip
        labels = {
            "list_name": "Search in", "query": "Query", "severity": "Findings from this severity on",
            "least": "Only when there are at least", "quiet_from": "Quiet from", "quiet_until": "Quiet until",
        }  # fmt: skip
        help_texts = {
            "query": "As in the list's search box; empty is everything that you see.",
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

    def __init__(self, user: User, *args: Any, sought: str = "", every_channel: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["rules"].widget.sought = sought
        # One that was chosen when it was on may stay.
        kept = Channel.objects.filter(pk=self.instance.channel_id)
        self.fields["channel"].queryset = (  # type: ignore[attr-defined]
            Channel.objects.all() if every_channel else Channel.objects.at_work() | kept
        )

    def clean_list_name(self) -> str:
        chosen = str(self.cleaned_data["list_name"])
        if chosen not in ("findings", "functions"):
            raise ValidationError("Choose findings or functions.")
        return chosen

    def clean_rules(self) -> list[str]:
        try:
            return named(self.cleaned_data["rules"] or [], kept=self.instance.rules)
        except UnknownRules as fault:
            raise ValidationError(str(fault)) from None

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
