"""The secrets that a function's event sources and variables refer to: whether they are rotated. Never their values.

One call for each distinct secret of the account and region in a reading.
"""

from __future__ import annotations

import json
import re
from typing import Any

from collectors.providers.aws.reach import Reach, aside

Json = Any

_SECRET = re.compile(r"arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+")
#: What a secret is; when it was last rotated or used changes by itself. Key: Secrets Manager's own names.
_KEPT = ("ARN", "RotationEnabled", "RotationRules", "OwningService", "DeletedDate")


def of_function(reach: Reach, sources: Json, environment: Json) -> dict[str, Json]:
    """What is told of each secret by the ARN that refers to it; an Unread for what may not be read, None for what does
    not exist, and no entry for one of another account or region.

    `sources` are event source mappings, `environment` the function's, without values.
    """
    found = sorted(set(_SECRET.findall(json.dumps([sources, environment], default=str))))
    here = [arn for arn in found if arn.split(":")[3:5] == [reach.region, reach.account]]
    return {arn: reach.once(("secret", arn), lambda arn=arn: aside(_secret, reach, arn)) for arn in here}  # type: ignore[misc]


def _secret(reach: Reach, arn: str) -> Json:
    told = reach.find("secretsmanager", "DescribeSecret", "ARN", SecretId=arn)
    return told and {key: told[key] for key in _KEPT if key in told}
