"""What an admin sets about a rule: enabled or not, its severity, for a group of accounts or for all, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerAway

from findings.models import RuleSetting
from findings.severity import Severity
from findings.tasks import evaluate
from inventory.audit import audit
from inventory.history import clean
from inventory.models import Account, AccountGroup
from inventory.models.people import may

log = structlog.get_logger(__name__)


class WrongRuling(ValueError):
    """What was asked cannot be done; the message says what is expected."""


def rule_anew(rule: str, said: Mapping[str, str], enabled: bool, request: Any, at: datetime) -> RuleSetting:
    """Add a setting (`said`: group by name or "", severity or "", reason), tell the audit log, and judge anew.

    Raises WrongRuling, and PermissionDenied for somebody who may not administer all accounts.
    """
    if not may(request.user, "administer"):
        raise PermissionDenied("Rules are set by an admin of all accounts.")
    group, severity, reason = _checked(said)
    with transaction.atomic():
        found = RuleSetting.objects.create(
            rule=rule, group=group, enabled=enabled, severity=severity, reason=reason, by=request.user,
            by_name=request.user.get_username(), at=at,
        )  # fmt: skip
        after = {"rule": rule, "group": group.name if group else "", "enabled": enabled, "severity": severity}
        audit("rule", request, of=found, after={**after, "reason": reason}, at=at)
        transaction.on_commit(lambda: _judge(group))
    return found


def _checked(said: Mapping[str, str]) -> tuple[AccountGroup | None, str, str]:
    reason = str(clean(said.get("reason", "").strip()))[:2000]
    if not reason:
        raise WrongRuling("A rule is changed for a reason: write it down.")
    severity = said.get("severity", "")
    if severity and severity not in set(Severity):
        raise WrongRuling(f"One of {', '.join(Severity)} is expected.")
    name = said.get("group", "")
    group = AccountGroup.objects.filter(name=name).first() if name else None
    if name and group is None:
        raise WrongRuling(f"There is no group “{name[:60]}”.")
    return group, severity, reason


def _judge(group: AccountGroup | None) -> None:
    accounts = Account.objects.filter(group=group) if group else Account.objects.all()
    try:
        evaluate.delay(list(accounts.values_list("pk", flat=True)))
    except (BrokerAway, ConnectionError) as away:
        # It is kept, and holds from the next judging on, which comes with the next reading or day.
        log.warning("queue_away", error=str(away))
