"""The bill of materials is what the lock files say, whole and always the same."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from config.sbom import packages, sbom

LOCK = """\
alpha==1.2 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
django-htmx==1.0 ; sys_platform == "win32" \\
    --hash=sha256:{a}
"""
FRONT = {
    "packages": {
        "": {"name": "fanlight"},
        "node_modules/@scope/part": {"version": "2.0", "integrity": "sha512-AAEC", "license": "MIT"},
        "node_modules/tester": {"version": "1.0", "dev": True},
    }
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text(LOCK.format(a="a" * 64, b="b" * 64))
    (tmp_path / "package-lock.json").write_text(json.dumps(FRONT))
    return tmp_path


def test_packages_come_from_the_lock_files_and_not_from_what_is_around(root: Path) -> None:
    told = {one.purl: one for one in packages(root)}
    assert set(told) == {"pkg:npm/%40scope/part@2.0", "pkg:pypi/alpha@1.2", "pkg:pypi/django-htmx@1.0"}
    assert told["pkg:pypi/alpha@1.2"].licence == "", "a package that is not installed tells no licence"
    assert told["pkg:pypi/alpha@1.2"].digests == ("a" * 64, "b" * 64)
    assert told["pkg:pypi/django-htmx@1.0"].licence, "an installed one does"


def test_the_document_has_the_shape_of_cyclonedx(root: Path) -> None:
    document = sbom(root)
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    part, alpha, htmx = document["components"]
    assert part["hashes"] == [{"alg": "SHA-512", "content": "000102"}]
    assert part["licenses"] == [{"expression": "MIT"}]
    assert [one["content"] for one in alpha["externalReferences"][0]["hashes"]] == ["a" * 64, "b" * 64]
    assert "licenses" not in alpha
    assert (alpha["scope"], htmx["scope"]) == ("required", "optional")


def test_ours_holds_every_locked_package_once_and_is_the_same_each_time() -> None:
    document = sbom()
    assert document == sbom()
    lock = (settings.BASE_DIR / "requirements" / "base.txt").read_text()
    pinned = {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    python = [one["name"] for one in document["components"] if one["purl"].startswith("pkg:pypi/")]
    assert set(python) == pinned and len(python) == len(pinned)
    refs = [one["bom-ref"] for one in document["components"]]
    assert document["dependencies"][0]["dependsOn"] == refs and len(set(refs)) == len(refs)
    assert "axe-core" not in {one["name"] for one in document["components"]}, "what only tests need is not shipped"
    untold = [one["name"] for one in document["components"] if one["scope"] == "required" and "licenses" not in one]
    assert untold == []


def test_the_command_prints_both() -> None:
    told, listed = StringIO(), StringIO()
    call_command("sbom", stdout=told)
    call_command("sbom", "--licences", "--format", "jsonl", stdout=listed)
    assert json.loads(told.getvalue()) == sbom()
    assert len(listed.getvalue().splitlines()) == len(packages())
