"""Choosing rules in a form, without JavaScript: what is chosen stands first, the rest by the catalogue's groups.

The buttons "Find", "Choose what was found" and "Show all" send the whole form and get it back as it was typed, with
other rules to choose from; nothing is kept by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from findings.catalogue import catalogue
from findings.rule_set import Group, found_by, frameworks, subjects, told_apart

#: The button that was pressed, the words to look for, and those that the page shown was looked for with.
BUTTON, WORDS, SHOWN = "do", "rules_find", "rules_shown"
MOST_WORDS = 200


class RulePicker(forms.SelectMultiple):
    """The rules of the shelf to choose from; `sought` are the words that people look for."""

    use_fieldset = True
    sought = ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen, strange = told_apart(value or [])
        found = {rule.id for rule in found_by(self.sought)} - set(chosen)
        return render_to_string("findings/alerts/rules.html", {
            "name": name, "id": (attrs or {}).get("id", ""), "every": len(catalogue()), "sought": self.sought,
            "chosen": [catalogue()[id] for id in chosen], "strange": strange, "found": len(found),
            "groups": [_open(group, found, set(chosen)) for group in subjects()],
            "frameworks": [_open(group, found, set(chosen)) for group in frameworks()],
        })  # fmt: skip


def _open(group: Group, found: set[str], chosen: set[str]) -> dict[str, Any]:
    """A group with the rules of it that can still be chosen."""
    return {
        "word": group.word, "name": group.name, "number": len(group.rules),
        "chosen": sum(rule.id in chosen for rule in group.rules),
        "rules": [rule for rule in group.rules if rule.id in found],
    }  # fmt: skip


def looks(said: Mapping[str, Any]) -> bool:
    """Whether somebody looks for rules, and does not want the form kept. Enter in any field presses no button: then
    it is so when the words to look for are new."""
    button = said.get(BUTTON)
    return button in ("find", "found", "all") or (not button and said.get(WORDS, "") != said.get(SHOWN, ""))


def looked(form: forms.ModelForm[Any], name: str = "rules") -> tuple[dict[str, Any], str]:
    """What was typed into a form, with the rules it chooses from now on, and the words that are looked for."""
    typed = {each: form[each].value() for each in form.fields}
    words = "" if form.data.get(BUTTON) == "all" else str(form.data.get(WORDS, ""))[:MOST_WORDS]
    if form.data.get(BUTTON) == "found":
        typed[name] = [*(typed[name] or []), *(rule.id for rule in found_by(words))]
        words = ""
    return typed, words
