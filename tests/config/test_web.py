"""The process that answers pages stays small: no cloud SDK is ever loaded in it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

LOADED = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from config.wsgi import application
from django.urls import get_resolver
from django.template.loader import get_template
get_resolver().url_patterns
get_template("collectors/account_add.html")
sdks = sorted({name.split(".")[0] for name in sys.modules} & {"boto3", "botocore", "google", "azure", "moto"})
print(json.dumps({"sdks": sdks, "tests": "pytest" in sys.modules}))
"""


def test_no_cloud_sdk_is_loaded_by_the_web_process(tmp_path: Path) -> None:
    environment = os.environ | {"FANLIGHT_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == {"sdks": [], "tests": False}
