"""What the users of this installation did: rows are only ever added, each sealed with the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.db import models

#: What stands where the first entry names the hash of the one before it.
GENESIS = "0" * 64


class AuditEntry(models.Model):
    """One deed. Written by `inventory.audit.audit` only; the database refuses to change or delete it.

    `number` counts from 1 without a gap. Names are kept as text beside keys, for the log outlives whom and what it is
    about. `before` and `after` are canonical JSON, or empty; no secret is in them. `hash` is SHA-256 over `previous`
    and the row.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=40, db_index=True)
    who = models.CharField(max_length=150, blank=True)
    user = models.BigIntegerField(null=True)
    ip = models.CharField(max_length=45, blank=True)
    request = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, blank=True)
    account = models.BigIntegerField(null=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


#: The columns that are sealed, in the order in which they are.
SEALED = ("number", "at", "action", "who", "user", "ip", "request", "kind", "key", "name", "account", "before", "after")


#: Made once: `json.dumps` would make an encoder for every row of a million.
_said = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def seal(previous: str, number: int, at: datetime, *rest: Any) -> str:
    """The hash of a row: of the hash before it and of the columns of SEALED in their order."""
    row = [number, at.astimezone(UTC).isoformat(timespec="microseconds"), *rest]
    told = _said(row)
    return hashlib.sha256(f"{previous}\n{told}".encode()).hexdigest()
