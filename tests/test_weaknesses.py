"""`make audit`: a known weakness fails it, and who could not be asked is unknown, never fine (R-47)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts import weaknesses
from scripts.weaknesses import Answer, of_npm, of_pip_audit, verdict

SOUND: dict[str, Any] = {"name": "django", "version": "5.2.8", "vulns": []}
WEAK: dict[str, Any] = {
    "name": "sqlparse", "version": "0.4.0",
    "vulns": [{"id": "PYSEC-2021-333", "fix_versions": ["0.4.2"], "aliases": [], "description": "slow"}],
}  # fmt: skip
SKIPPED: dict[str, Any] = {"name": "celery", "skip_reason": "could not be audited"}


def said(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


def test_a_known_weakness_is_told_with_what_mends_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict({"base": of_pip_audit(said(SOUND, WEAK, SKIPPED))}, strict=False) == 1
    told = capsys.readouterr().out
    assert "base: 2 packages looked up, 1 weak, 1 unknown" in told
    assert "sqlparse 0.4.0: PYSEC-2021-333, mended in 0.4.2" in told


def test_what_nobody_could_tell_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    found = {"base": of_pip_audit(said(*[SKIPPED] * 7))}
    assert (verdict(found, strict=False), verdict(found, strict=True)) == (0, 2)
    told = capsys.readouterr().out
    assert "0 packages looked up, 0 weak, 7 unknown" in told
    assert "… and 2 more" in told
    assert "what is unknown is not said to be fine" in told


def test_everything_sound_is_no_fault() -> None:
    assert verdict({"base": of_pip_audit(said(SOUND))}, strict=True) == 0


def test_npm_tells_weaknesses_or_that_it_could_not_ask() -> None:
    one = {"vulnerabilities": {"axe-core": {"severity": "high", "range": "<4.0"}},
           "metadata": {"dependencies": {"total": 12}}}  # fmt: skip
    assert of_npm(json.dumps(one)) == Answer(["axe-core: high (<4.0)"], 12)
    refused = {"message": "audit endpoint returned an error", "error": {"summary": "405"}}
    assert of_npm(json.dumps(refused)).unknown == ["npm: 405"]


def test_a_tool_that_cannot_be_had_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError("no such file")

    monkeypatch.setattr("venv.create", broken)
    monkeypatch.setattr("subprocess.run", broken)
    monkeypatch.setattr(weaknesses, "TOOL", weaknesses.ROOT / "build" / "there-is-none")
    found = weaknesses.asked()
    assert [answer.unknown for answer in found.values()] == [["pip-audit: no such file"], ["npm: no such file"]]
    assert verdict(found, strict=False) == 0
