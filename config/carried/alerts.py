"""Channels without what is secret of them, and alerts.

The address of a webhook opens it, so it is as secret as the key it is signed with: a channel of another installation
comes without both, and sends nothing until somebody enters them. An alert is checked by the form that its page has.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import validate_email

from config.carried.rows import SAME, Import, Row, keep
from findings.alert_form import AlertForm
from findings.catalogue import catalogue
from findings.delivering import channels as kinds
from findings.gathering import begin
from findings.models import Alert, Channel
from findings.rule_set import today
from inventory.models import User

_OF_CHANNEL = ("name", "kind", "place", "recipients", "enabled")


def channels() -> list[Row]:
    return [{name: getattr(one, name) for name in _OF_CHANNEL} for one in Channel.objects.order_by("name")]


def channel(row: Row, _: Import) -> str:
    kind = kinds().get(row["kind"])
    if kind is None:
        raise ValueError(f"There is no kind of channel {row['kind']!r}; there are {', '.join(kinds())}.")
    if not isinstance(row["recipients"], list):
        raise ValueError("recipients is no list of addresses.")
    for address in row["recipients"]:
        validate_email(address)
    one = Channel.objects.filter(name=row["name"]).first() or Channel(name=row["name"], kind=row["kind"])
    if one.kind != row["kind"]:
        raise ValueError(f"A channel of this name is here, of the kind {one.kind}. Rename one of them.")
    if "address" in kind.needs and not row["place"]:
        raise ValueError("place, the host that it leads to, is missing.")
    # Where a channel leads whose address is kept here is told by that address.
    place = one.place if one.sealed_address else row["place"] if "address" in kind.needs else ""
    done = keep(one, {"place": place, "recipients": row["recipients"], "enabled": row["enabled"]})
    return f"{done}; needs its address{' and secret' * ('secret' in kind.needs)}" if one.needs_its_secret else done


_OF_ALERT = ("name", "list_name", "query", "rules", "events", "severity", "least", "time_zone", "enabled")
_QUIET = ("quiet_from", "quiet_until")


def alerts() -> list[Row]:
    rows = Alert.objects.select_related("owner", "channel").order_by("owner__username", "name", "pk")
    return [_written(one) for one in rows]


def _written(one: Alert) -> Row:
    quiet = {name: f"{told:%H:%M}" if (told := getattr(one, name)) else "" for name in _QUIET}
    told = {name: getattr(one, name) for name in _OF_ALERT} | {"rules": today(one.rules)} | quiet
    return {"owner": one.owner.username, "channel": one.channel.name, **told}


def alert(row: Row, way: Import) -> str:
    """An alert of its owner; of who imports it when there is no such person, and that is said."""
    owner = User.objects.filter(username=row["owner"]).first() or way.by
    if owner is None:
        return "left out: its owner is not here, and no admin who takes it was named (--owner)"
    known = way.known(Alert.objects.filter(owner=owner, name=row["name"]))
    one = known or Alert(owner=owner, name=row["name"])
    wanted = {name: row[name] for name in ("owner", "channel", *_OF_ALERT, *_QUIET)}
    done = SAME
    if known is None or _written(known) | {"owner": row["owner"]} != wanted:
        done = "made" if known is None else "changed"
        _save(one, wanted, way)
    way.take(one)
    if owner.username != row["owner"]:
        done += f", for {owner.username}: its owner is not here"
    if set(today(one.rules)) - catalogue().keys():
        done += "; names rules that are not checked here"
    return done


def _save(one: Alert, row: Row, way: Import) -> None:
    """By the rules of the page; raises ValueError with what is wrong."""
    if not isinstance(row["enabled"], bool):
        raise ValueError("enabled is neither true nor false.")
    if not isinstance(row["rules"], list) or not all(isinstance(id, str) for id in row["rules"]):
        raise ValueError("rules is no list of ids.")
    leads = Channel.objects.filter(name=row["channel"]).first()
    if leads is None:
        raise ValueError(f"There is no channel {row['channel']!r}; it may stand in the part channels.")
    # Rules that another version checks may be named: they are told, and the rest of the set works.
    one.rules, was_on = row["rules"], one.enabled if one.pk else False
    said: dict[str, Any] = {name: row[name] for name in (*_OF_ALERT, *_QUIET)} | {"channel": leads.pk}
    form = AlertForm(one.owner, said, instance=one, every_channel=True)
    if not form.is_valid():
        raise ValueError(" ".join(f"{name}: {told}" for name, all in form.errors.items() for told in all))
    one.enabled = row["enabled"]
    if one.enabled and not was_on:
        begin(one, way.top)
    one.save()
