"""The scanner finds: a canary that is kept anywhere, packed, encoded or cut in half, is seen."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from inventory.models import RawAnswer, Resource
from inventory.record.prepare import pack
from tests.canaries.canaries import CANARIES, PIECE
from tests.canaries.scan import found_in, found_in_database, found_in_files, found_in_queue
from tests.cast import Cast

PLACE = "aws environment"
CANARY = CANARIES[PLACE]


def test_there_are_canaries_of_every_cloud_and_each_is_a_secret_of_its_own() -> None:
    assert len(CANARIES) >= 25
    assert {place.split()[0] for place in CANARIES} == {"aws", "gcp", "azure"}
    pieces = [piece for canary in CANARIES.values() for piece in canary.pieces]
    assert len(pieces) == len(set(pieces)) and all(len(piece) == PIECE for piece in pieces)
    assert all(canary.core in canary.text for canary in CANARIES.values())


@pytest.mark.parametrize(
    "kept",
    [
        CANARY.text,
        {"deep": [{"er": f"before {CANARY.text} after"}]},
        {CANARY.text: "as a key"},
        CANARY.text.encode(),
        memoryview(CANARY.text.encode()),
        quote(f"a b {CANARY.text}", safe="").replace("a", "%61"),
        base64.b64encode(b"x" + CANARY.text.encode()).decode(),
        CANARY.text.encode().hex(),
        gzip.compress(CANARY.text.encode()),
        pack({"part": {"env": CANARY.text}}),
        CANARY.core[: PIECE + PIECE // 2],
        "[masked]" + CANARY.core[-PIECE - PIECE // 2 :],
    ],
    ids=["text", "structure", "key", "bytes", "view", "address", "base64", "hex", "gzip", "packed", "begin", "end"],
)
def test_a_canary_is_found_however_it_is_wrapped(kept: Any) -> None:
    assert found_in(kept) == {PLACE}


def test_what_holds_no_canary_is_clean() -> None:
    assert found_in({"a": [1, None, True, b"\x00\xff", "arn:aws:lambda:eu-west-1:1:function:x" * 9]}) == set()


def test_a_canary_in_any_row_is_found(cast: Cast) -> None:
    assert found_in_database() == {}
    mailer = cast.functions["mailer"]
    Resource.objects.filter(pk=mailer.resource_id).update(name=f"mailer {CANARY.text}")
    RawAnswer.objects.update_or_create(
        resource_id=mailer.resource_id,
        defaults={"at": mailer.resource.first_seen, "normalizer": 1, "body": pack({"env": CANARY.text})},
    )
    cast.analyst.first_name = CANARY.text
    cast.analyst.save()
    found = found_in_database()
    assert {"inventory_resource.name", "inventory_rawanswer.body", "inventory_user.first_name"} <= set(found)
    assert set().union(*found.values()) == {PLACE}


def test_a_canary_in_a_file_and_in_a_message_is_found(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "left.tmp").write_text(json.dumps({"x": CANARY.text}))
    (tmp_path / "clean").write_text("nothing")
    assert found_in_files([tmp_path]) == {str(tmp_path / "deep" / "left.tmp"): {PLACE}}
    body = base64.b64encode(json.dumps([[CANARY.text], {}, {}]).encode()).decode()
    assert found_in_queue([{"body": body, "headers": {}}]) == {PLACE}
