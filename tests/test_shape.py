"""The shape of the code: small files and functions, words of the domain, no fault swallowed, no rule got around."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "inventory", "collectors", "findings")
FILE_LINES, FUNCTION_LINES = 400, 60
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "handlers", "service"}
#: The only places that may stop any fault: where one scope's fault must not cost the others, and the edge of a server.
MAY_CATCH_ALL = {"collectors/collect.py", "findings/bench.py", "collectors/sandbox/server.py"}


def sources(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts and "node_modules" not in path.parts
    ]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


OURS = sources(*APPS)
ALL = [*OURS, *sources("tests", "benchmarks", "scripts")]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_no_file_is_too_long_to_read_in_one_go() -> None:
    long = {named(path): lines for path in ALL if (lines := len(path.read_text().splitlines())) > FILE_LINES}
    assert long == {}


def test_no_function_is_too_long_to_keep_in_mind() -> None:
    long = {
        f"{named(path)}:{node.name}": length
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_files_are_named_after_what_they_are_about() -> None:
    assert [named(path) for path in ALL if path.stem in BANNED_NAMES] == []


def test_every_module_says_what_it_is() -> None:
    silent = [named(path) for path in ALL if path.read_text().strip() and not ast.get_docstring(tree(path))]
    assert silent == []


def test_no_fault_is_swallowed_by_the_dozen() -> None:
    found = [f"{named(path)}:{line}" for path in OURS if named(path) not in MAY_CATCH_ALL for line in _broad(path)]
    assert found == []


def _broad(path: Path) -> Iterator[int]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            names = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else {""}
            if names & {"", "Exception", "BaseException"}:
                yield node.lineno


def _caught(path: Path) -> set[str]:
    """The names of what a module catches."""
    handlers = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler) and node.type]
    return {name.id for node in handlers for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}


def test_rules_never_catch_anything() -> None:
    places = [path for path in OURS if named(path).startswith("findings/rules/")]
    assert [named(path) for path in places if _caught(path)] == []


def test_fetchers_catch_only_the_faults_that_the_collector_knows() -> None:
    known = {"Denied", "NotApplicable", "Unsupported", "Throttled", "Unreachable", "BadAnswer", "Missing"}
    places = [path for path in OURS if re.search(r"providers/\w+/fetch/", named(path))]
    assert {named(path): more for path in places if (more := _caught(path) - known)} == {}


def test_nothing_is_imported_by_the_star() -> None:
    found = [
        named(path)
        for path in ALL
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_hold_nothing_that_the_content_security_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<[^>]+\sstyle\s*=", text), "style attribute"
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", text), "script in an attribute"
    assert not re.search(r"<style\b", text), "style element"
    assert not re.search(r"<script\b(?![^>]*\ssrc=)", text), "script without src"
    assert not re.search(r"\bhx-on|hx-vals\s*=\s*[\"']js:|javascript:", text), "script in htmx"
    assert not re.search(r"\|\s*safe\b|autoescape off", text), "unescaped text"
