"""The forms that connect and edit accounts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from collectors.asked import NoAnswer, checked_connection
from collectors.pages._questions import QUESTIONS, Asked
from collectors.provider import BadConnection
from inventory.models import Account, AccountGroup


def groups_of(user: Any) -> QuerySet[AccountGroup]:
    """The groups of the accounts that this person may see: those of others are not named."""
    accounts = Account.objects.visible_to(user)
    every = AccountGroup.objects.order_by("name")
    return every.filter(accounts__in=accounts).distinct() if accounts.query.where else every


@dataclass(frozen=True)
class Part:
    """Some fields of a form, as the template of fields takes a form."""

    visible_fields: Sequence[forms.BoundField]
    hidden_fields: Sequence[forms.BoundField] = ()
    non_field_errors: Sequence[str] = ()

    @property
    def wanted(self) -> bool:
        """Whether somebody filled in or erred in one of these: then they are not folded away."""
        return any(field.errors or (field.form.is_bound and field.value()) for field in self.visible_fields)


def _text(label: str, help_text: str = "", required: bool = False, **attributes: Any) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"class": "form-control", "autocomplete": "off", "spellcheck": "false", **attributes}
    )
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=1300, widget=widget)


def _field(asked: Asked) -> forms.Field:
    if asked.flag:
        return forms.BooleanField(label=asked.label, help_text=asked.help, required=False)
    if asked.choices:
        widget = forms.Select(attrs={"class": "form-select"})
        return forms.ChoiceField(
            label=asked.label, help_text=asked.help, required=False, choices=asked.choices, widget=widget
        )
    return _text(asked.label, asked.help)


class ScheduleForm(forms.Form):
    """What can be changed of a connected account without connecting it anew."""

    name = _text("Name", required=True)
    group = _text("Group", "Accounts that belong together: a business unit, an environment.", list="groups")
    stance = forms.ChoiceField(
        label="Whose it is", choices=Account.Stance.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    every_minutes = forms.IntegerField(
        label="Collect every … minutes",
        min_value=5,
        max_value=7 * 24 * 60,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    def keep(self, account: Account, *, may_group: bool = True) -> None:
        """Write the answers into the account; its group only where that is allowed."""
        answers = self.cleaned_data
        group = answers["group"].strip()
        if may_group:
            account.group = AccountGroup.objects.get_or_create(name=group[:100])[0] if group else None
        account.name, account.stance = answers["name"].strip()[:255], answers["stance"]
        account.every_minutes = answers["every_minutes"]
        account.save()


class ConnectForm(ScheduleForm):
    """The form of one provider; `connection` holds what is to be stored once the form is valid."""

    native_id = _text("Id", required=True)

    def __init__(self, slug: str, answers: Any = None) -> None:
        self.slug, self.questions = slug, QUESTIONS[slug]
        self.connection: dict[str, Any] = {}
        started = {
            "every_minutes": settings.COLLECT_EVERY_MINUTES, "stance": Account.Stance.OWN,
            "external_id": f"fanlight-{secrets.token_urlsafe(18)}",
        }  # fmt: skip
        super().__init__(answers, initial=started)
        self.fields["native_id"].label = self.questions.word
        self.fields["native_id"].widget.attrs["placeholder"] = self.questions.example
        for asked in self.questions.asked:
            self.fields[asked.name] = _field(asked)
        self.order_fields(["native_id", "name", *(asked.name for asked in self.questions.asked)])

    @property
    def usual(self) -> Part:
        """What most people fill in."""
        rare = {asked.name for asked in self.questions.asked if asked.rare}
        fields = [field for field in self.visible_fields() if field.name not in rare]
        return Part(fields, self.hidden_fields(), [str(error) for error in self.non_field_errors()])

    @property
    def rare(self) -> Part:
        """What only sovereign clouds, proxies and emulators need."""
        return Part([self[asked.name] for asked in self.questions.asked if asked.rare])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        native_id = str(given.get("native_id", "")).strip()
        if not native_id or self.errors:
            return given
        if Account.objects.filter(provider=self.slug, native_id=native_id).exists():
            self.add_error("native_id", "This account is connected already.")
            return given
        answers = {asked.name: given.get(asked.name) for asked in self.questions.asked if given.get(asked.name)}
        if self.slug == "aws" and "role_arn" not in answers:
            # The proposed external id only means something together with a role.
            answers.pop("external_id", None)
        try:
            self.connection = checked_connection(self.slug, native_id, answers)
        except BadConnection as wrong:
            raise forms.ValidationError(str(wrong)) from wrong
        except NoAnswer as silent:
            raise forms.ValidationError("The connection could not be checked; the log says why.") from silent
        return given | {"native_id": native_id}
