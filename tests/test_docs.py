"""What the documentation promises to be complete about is complete."""

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
#: Read by tests and the checks' script only; configuration.md names them in its last paragraph.
SETTING = re.compile(r"""env\.\w+\(\s*["']([A-Z][A-Z0-9_]+)["']""")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def settings_read() -> set[str]:
    return {
        name
        for path in (ROOT / "config").rglob("*.py")
        for pattern in (SETTING, re.compile(r"env\.db\(\s*[\"']([A-Z_]+)"))
        for name in pattern.findall(path.read_text())
    }


def settings_described() -> set[str]:
    text = (ROOT / "docs" / "configuration.md").read_text()
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", text, re.MULTILINE))


def test_every_setting_is_described_and_every_described_setting_exists() -> None:
    assert settings_read() == settings_described()


def described_dependencies() -> set[str]:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    return {name for row in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE) for name in re.split(r",\s*", row)}


def required(lines: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~ ]", line)[0] for line in lines}


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    package = json.loads((ROOT / "package.json").read_text())
    wanted = required(project["project"]["dependencies"]) | required(project["dependency-groups"]["dev"])
    wanted |= set(package.get("dependencies", {})) | set(package.get("devDependencies", {}))
    said = described_dependencies() - {"package", "---"}
    assert wanted - said == set(), "not described"
    assert said - wanted == set(), "described, but not used"


@pytest.mark.parametrize("lock", ["base", "dev"])
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries if not entry.startswith("#"))
    assert "://" not in text


def test_the_front_end_lock_holds_no_address() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text())
    local = [urlsplit(target).path for target in targets if not urlsplit(target).scheme]
    missing = [target for target in local if target and not (document.parent / target).exists()]
    assert missing == []


def test_commands_that_the_documents_show_exist() -> None:
    shown = set()
    for document in DOCUMENTS:
        shown |= set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))
    apps = [path.stem for path in ROOT.glob("*/management/commands/*.py")]
    django = {"check", "migrate", "collectstatic", "makemigrations"}
    assert shown - set(apps) - django == set()


def test_make_targets_that_the_documents_show_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = {name for path in DOCUMENTS for name in re.findall(r"(?:`|^)make ([a-z]+)", path.read_text(), re.MULTILINE)}
    assert shown <= targets
    assert {"demo", "test", "run"} <= shown
