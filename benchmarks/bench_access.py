"""How long it takes to assess the privileges of 2,000 AWS roles, on one core.

    python benchmarks/bench_access.py [--roles 2000] [--seed 7]

The roles are made up: each has one to four policies, a third of them shared, with the mixture of wildcards, ARNs,
conditions, denies and boundaries that accounts have. Loading the action facts is part of the time. Goal: 1 second.
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from findings.access.aws.documents import NamedPolicy
from findings.access.aws.privileges import assess

ACCOUNT = "111122223333"
NOUNS = ["orders", "billing", "thumbs", "mail", "search", "audit", "users", "stock"]
ACTIONS = [
    ["s3:GetObject", "s3:ListBucket"],
    ["s3:Get*", "s3:List*"],
    ["s3:*"],
    ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
    ["dynamodb:*"],
    ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    ["sns:Publish"],
    ["kms:Decrypt", "kms:GenerateDataKey"],
    ["secretsmanager:GetSecretValue"],
    ["ssm:GetParameter*"],
    ["lambda:InvokeFunction"],
    ["lambda:*"],
    ["ec2:Describe*"],
    ["iam:PassRole"],
    ["iam:PassRole", "lambda:CreateFunction", "lambda:UpdateFunctionCode"],
    ["sts:AssumeRole"],
    ["states:StartExecution"],
    ["cloudwatch:*", "logs:*"],
]
SHARED = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole": [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "*",
        }
    ],
    "arn:aws:iam::aws:policy/ReadOnlyAccess": [
        {"Effect": "Allow", "Action": ["*:Get*", "*:List*", "*:Describe*"], "Resource": "*"}
    ],
    "arn:aws:iam::aws:policy/PowerUserAccess": [
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}
    ],
    "arn:aws:iam::aws:policy/AdministratorAccess": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
BOUNDARY = NamedPolicy(
    f"arn:aws:iam::{ACCOUNT}:policy/edge",
    {"Statement": [{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}]},
)


def statement(dice: random.Random, role: int) -> dict[str, Any]:
    """One statement, on resources named after the role as often as not."""
    noun = f"{dice.choice(NOUNS)}-{role if dice.random() < 0.5 else dice.randrange(50)}"
    actions = dice.choice(ACTIONS)
    service = actions[0].partition(":")[0]
    resource = f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{noun}"
    made: dict[str, Any] = {
        "Effect": "Deny" if dice.random() < 0.06 else "Allow",
        "Action": actions,
        "Resource": "*" if dice.random() < 0.2 else [resource, f"{resource}/*"],
    }
    if dice.random() < 0.1:
        made["Condition"] = {"StringEquals": {"aws:SourceVpc": f"vpc-{dice.randrange(20):08x}"}}
    return made


def policies(dice: random.Random, role: int) -> list[NamedPolicy]:
    """A shared policy for most roles, and one to three inline ones."""
    names = list(SHARED)
    shared = dice.choices([*names, ""], weights=[60, 6, 3, 1, 30])[0]
    found = [NamedPolicy(shared, {"Version": "2012-10-17", "Statement": SHARED[shared]})] if shared else []
    for number in range(dice.randrange(1, 4)):
        made = [statement(dice, role) for _ in range(dice.randrange(1, 4))]
        found.append(NamedPolicy(f"inline-{number}", {"Version": "2012-10-17", "Statement": made}))
    return found


def main() -> int:
    """Assess the roles and print the seconds; 1 when the goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--roles", type=int, default=2000)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    dice = random.Random(chosen.seed)
    roles = [(policies(dice, n), BOUNDARY if dice.random() < 0.2 else None) for n in range(chosen.roles)]
    began, used = time.perf_counter(), time.process_time()
    levels = Counter(
        assess(held, principal=f"arn:aws:iam::{ACCOUNT}:role/role-{n}", boundary=boundary).level
        for n, (held, boundary) in enumerate(roles)
    )
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    print(f"{chosen.roles} roles assessed in {seconds:.2f} s ({cpu:.2f} s of one core)", dict(sorted(levels.items())))
    return 0 if cpu <= chosen.roles / 2000 else 1


if __name__ == "__main__":
    raise SystemExit(main())
