"""A moto server with an estate of functions, for benchmarks: `python benchmarks/moto_estate.py [--functions 1000]`.

Filled through moto's own back ends before it serves, which takes seconds instead of minutes. Prints {url, account,
regions} when it is ready, and serves until its standard input is closed.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import logging
import sys
import zipfile
from typing import Any

ACCOUNT = "123456789012"
REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2")
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
WRITES = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
READS = {"Effect": "Allow", "Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "arn:aws:s3:::uploads/*"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def fill(functions: int, roles: int) -> None:
    """Roles with two policies each; functions with tags and variables, some with a policy, a URL, an alias."""
    from moto.awslambda.models import lambda_backends
    from moto.iam.models import iam_backends

    iam = iam_backends[ACCOUNT]["aws"]
    managed = iam.create_policy("", "/", document(WRITES), "base", [])
    for number in range(roles):
        role = iam.create_role(f"worker-{number}", document(TRUST), "/app/", None, "", [], "3600")
        iam.attach_role_policy(managed.arn, role.name)
        iam.put_role_policy(role.name, "more", document(READS))
    for number in range(functions):
        _function(lambda_backends[ACCOUNT][REGIONS[number % len(REGIONS)]], number, roles)


def _function(backend: Any, number: int, roles: int) -> None:
    name = f"service-{number}"
    backend.create_function(
        {
            "FunctionName": name,
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Publish": number % 50 == 0,
            "Role": f"arn:aws:iam::{ACCOUNT}:role/app/worker-{number % roles}",
            "Code": {"ZipFile": _code()},
            "Environment": {"Variables": {"STAGE": "prod", "DB_PASSWORD": f"secret-{number}"}},
            "Tags": {"team": "shop"},
        }
    )
    if number % 3 == 0:
        backend.add_permission(name, None, json.dumps(_permission("s3", "s3.amazonaws.com")))
    if number % 10 == 0:
        backend.create_function_url_config(name, {"AuthType": "NONE"})
    if number % 50 == 0:
        backend.create_alias("live", name, "1", "", "")


def _permission(sid: str, service: str) -> dict[str, str]:
    return {
        "StatementId": sid,
        "Action": "lambda:InvokeFunction",
        "Principal": service,
        "SourceArn": "arn:aws:s3:::uploads",
    }


def _code() -> str:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", "")
    return base64.b64encode(held.getvalue()).decode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=1000)
    parser.add_argument("--roles", type=int, default=250)
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    fill(options.functions, options.roles)
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    print(json.dumps({"url": url, "account": ACCOUNT, "regions": REGIONS}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
