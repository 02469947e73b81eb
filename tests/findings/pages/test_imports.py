"""Pages do not lean on the order in which they are imported: a worker imports one of them without the routes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
EACH_FIRST = """
import importlib, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django
django.setup()
for name in sys.argv[1:]:
    for loaded in [one for one in sys.modules if one.startswith("findings.pages")]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except ImportError as fault:
        print(f"{name}: {fault}")
"""


def test_every_module_of_the_pages_can_be_imported_first() -> None:
    paths = sorted((ROOT / "findings" / "pages").rglob("*.py"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]
    told = subprocess.run([sys.executable, "-c", EACH_FIRST, *names], cwd=ROOT, capture_output=True, text=True)
    assert (told.returncode, told.stdout) == (0, ""), told.stdout + told.stderr[-2000:]
