"""Make an observation ready to compare and to store: pure, so that reading threads can do it beside the writer."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from inventory.facts import Observation, Unread
from inventory.history import canonical, clean, digest, section_digests

Document = dict[str, Any]

#: Longest native id: what every index of both databases takes.
ID_BYTES = 1024


class Unstorable(ValueError):
    """The observation cannot be stored as it is: no native id, one that is too long, a value nested too deep."""


@dataclass(slots=True)
class Prepared:
    """An observation with its canonical sections and their digests; `facts` is that of its grants and bindings."""

    observation: Observation
    native_id: str
    name: str
    sections: Document
    digests: dict[str, str]
    facts: str


def prepare(observation: Observation) -> Prepared:
    """Clean, sort and weigh what was observed; raises Unstorable."""
    native_id = clean(observation.native_id)
    if not isinstance(native_id, str) or not native_id:
        raise Unstorable("It has no native id.")
    if len(native_id.encode()) > ID_BYTES:
        raise Unstorable(f"Its native id is longer than {ID_BYTES} bytes.")
    try:
        sections = {str(name): canonical(clean(body)) for name, body in observation.sections.items()}
        return Prepared(
            observation,
            native_id,
            clip(observation.name, 512),
            sections,
            section_digests(sections),
            _facts(observation),
        )
    except RecursionError:
        raise Unstorable("It is nested too deep.") from None
    except (TypeError, AttributeError) as fault:
        raise Unstorable(f"It holds what is no JSON: {fault}.") from fault


def clip(text: Any, limit: int) -> str:
    """A text that fits a column and its index: cleaned, at most `limit` characters and bytes; what is no text is ""."""
    if not isinstance(text, str):
        return "" if text is None else clip(str(text), limit)
    return str(clean(text)).encode()[:limit].decode(errors="ignore")


def _facts(observation: Observation) -> str:
    """A digest of grants and bindings in which their order does not matter; "" when neither was read."""
    if observation.grants is None and observation.bindings is None:
        return ""
    grants = sorted(
        [[g.source_kind, g.source, g.source_name, g.statement.sha, g.scope] for g in observation.grants or ()], key=str
    )
    bindings = sorted(
        (
            [b.principal, b.principal_kind, sorted(b.actions), b.via, b.qualifier, b.effect,
             digest(canonical(dict(b.condition), "Condition")), b.source]
            for b in observation.bindings or ()
        ), key=str,
    )  # fmt: skip
    return digest([observation.grants is None, grants, observation.bindings is None, bindings])


def pack(raw: Mapping[str, Any]) -> bytes | None:
    """A raw answer as compressed JSON that `unpack` restores, with refused parts and times; None when it is no JSON."""
    try:
        text = json.dumps(raw, default=_marked, ensure_ascii=False)
    except (RecursionError, TypeError, ValueError):
        return None
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def unpack(body: bytes) -> Any:
    """The raw answer that `pack` made small."""
    return json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"), object_hook=_restored)


def _marked(value: Any) -> Any:
    if isinstance(value, Unread):
        return {"$unread": value.as_json()}
    if isinstance(value, datetime | date):
        return {"$time": value.isoformat()}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def _restored(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        if "$unread" in value:
            return Unread(**value["$unread"])
        if "$time" in value:
            return datetime.fromisoformat(value["$time"])
    return value
