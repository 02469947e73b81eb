"""A large estate written straight into the tables, for measuring pages: no cloud, no collector."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from inventory.chunks import batched
from inventory.models import (
    Account,
    AccountGroup,
    ActionPattern,
    Binding,
    EntryPoint,
    Function,
    Grant,
    Identity,
    Posture,
    Resource,
    Scope,
    Snapshot,
    Statement,
    Tag,
    Trigger,
)
from inventory.models.resource import uid_of
from inventory.record import conclude

AT = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2")
RUNTIMES = (
    "python3.9",
    "python3.12",
    "python3.13",
    "nodejs16.x",
    "nodejs20.x",
    "nodejs22.x",
    "java21",
    "go1.x",
    "dotnet8",
)
WORDS = ("check", "out", "order", "mail", "thumb", "invoice", "ledger", "stock", "cart", "user", "audit", "report")
SERVICES = (
    "s3",
    "dynamodb",
    "sqs",
    "sns",
    "logs",
    "kms",
    "secretsmanager",
    "iam",
    "lambda",
    "ec2",
    "sts",
    "ssm",
    "events",
)
VERBS = ("Get", "List", "Put", "Delete", "Describe", "Create", "Update", "Send")
LEVELS = ("admin", "near-admin", "write", "read", "none")
INVOKED = ("none", "service_scoped", "same_account")
NOUNS = (
    "Object",
    "Item",
    "Message",
    "Role",
    "Function",
    "Key",
    "Secret",
    "Parameter",
    "Bucket",
    "Table",
    "Queue",
    "Event",
)


class BigEstate:
    """`build()` writes functions, a fifth as many roles, fifty grants a role, and all that hangs on them."""

    def __init__(self, functions: int = 100_000, accounts: int = 500, seed: int = 7) -> None:
        self.count, self.accounts = functions, accounts
        self.dice = random.Random(seed)

    def build(self) -> None:
        accounts = self._accounts()
        scopes = {(s.account_id, s.name): s for s in Scope.objects.all()}
        statements = self._statements()
        roles = self._roles(accounts, scopes)
        self._grants(roles, statements)
        self._functions(accounts, scopes, roles)
        self._tidy()

    def _accounts(self) -> list[Account]:
        groups = [AccountGroup.objects.create(name=name) for name in ("shop", "office", "data", "lab")]
        accounts = Account.objects.bulk_create(
            Account(provider="aws", native_id=f"{100_000_000_000 + i}", name=f"team-{i:03}", group=groups[i % 4])
            for i in range(self.accounts)
        )
        Scope.objects.bulk_create(
            Scope(
                account=a,
                name=name,
                state="complete",
                read_at=AT,
                complete_at=AT - timedelta(minutes=self.dice.randrange(150)),
            )
            for a in accounts
            for name in (*REGIONS, "global")
        )
        return accounts

    def _statements(self) -> list[int]:
        """20,000 distinct statements over some 1,500 patterns."""
        exact = {f"{s}:{v}{n}".lower() for s in SERVICES for v in VERBS for n in NOUNS}
        families = {f"{s}:{v}*".lower() for s in SERVICES for v in VERBS} | {f"{s}:*" for s in SERVICES} | {"*"}
        texts = sorted(exact | families)
        patterns = ActionPattern.objects.bulk_create(ActionPattern(provider="aws", text=text) for text in texts)
        broad = [p for p in patterns if p.text in ("*", "iam:*")]
        usual = [p for p in patterns if p not in broad]
        statements, links = [], []
        for i in range(20_000):
            chosen = self.dice.sample(broad if i % 400 == 0 else usual, 1 if i % 400 == 0 else self.dice.randint(1, 6))
            inverted = i % 997 == 0
            body = {"Effect": "Allow", "NotAction" if inverted else "Action": [p.text for p in chosen], "Resource": "*"}
            statements.append(Statement(provider="aws", sha=f"{i:032x}", effect="deny" if i % 50 == 7 else "allow",
                                        inverted=inverted, body=body))  # fmt: skip
            links.append(chosen)
        Statement.objects.bulk_create(statements, batch_size=2000)
        link = Statement.patterns.through
        link.objects.bulk_create(
            (
                link(statement_id=s.pk, actionpattern_id=p.pk)
                for s, chosen in zip(statements, links, strict=True)
                for p in chosen
            ),
            batch_size=5000,
        )
        return [s.pk for s in statements]

    def _roles(self, accounts: list[Account], scopes: dict[Any, Scope]) -> list[Resource]:
        roles: list[Resource] = []
        for i in range(self.count // 5):
            account = accounts[i % len(accounts)]
            arn = f"arn:aws:iam::{account.native_id}:role/{self._name()}-{i}"
            roles.append(self._resource("identity", account, scopes[account.pk, "global"], "roles", arn, ""))
        Resource.objects.bulk_create(roles, batch_size=2000)
        Identity.objects.bulk_create(
            (
                Identity(resource=r, uid=r.uid, provider="aws", account_id=r.account_id, kind="role", name=r.name,
                         native_id=r.native_id, policy_count=3, first_seen=AT, changed_at=AT)
                for r in roles
            ),
            batch_size=2000,
        )  # fmt: skip
        return roles

    def _grants(self, roles: list[Resource], statements: list[int]) -> None:
        for some in batched(self._grant_rows(roles, statements), 20_000):
            Grant.objects.bulk_create(some, batch_size=5000)

    def _grant_rows(self, roles: list[Resource], statements: list[int]) -> Iterator[Grant]:
        for role in roles:
            for k in range(50):
                yield Grant(identity_id=role.pk, statement_id=self.dice.choice(statements), source_kind="managed",
                            source=f"arn:aws:iam::aws:policy/p{k % 3}", source_name=f"p{k % 3}")  # fmt: skip

    def _functions(self, accounts: list[Account], scopes: dict[Any, Scope], roles: list[Resource]) -> None:
        for numbers in batched(range(self.count), 5000):
            rows = []
            for i in numbers:
                account, region = accounts[i % len(accounts)], REGIONS[(i // len(accounts)) % 4]
                name = f"{self._name()}-{i}"
                arn = f"arn:aws:lambda:{region}:{account.native_id}:function:{name}"
                rows.append(self._resource("function", account, scopes[account.pk, region], "functions", arn, region))
            Resource.objects.bulk_create(rows)
            snapshots = Snapshot.objects.bulk_create(
                Snapshot(resource=r, number=1, at=r.first_seen, digest=f"{r.pk:032x}", document=DOCUMENT) for r in rows
            )
            for row, snapshot in zip(rows, snapshots, strict=True):
                row.latest = snapshot
            Resource.objects.bulk_update(rows, ["latest"], batch_size=1000)
            self._rows_of(rows, roles)

    def _rows_of(self, rows: list[Resource], roles: list[Resource]) -> None:
        dice = self.dice
        functions = []
        for r in rows:
            role = roles[dice.randrange(len(roles))]
            public = dice.random() < 0.02
            functions.append(
                Function(resource=r, uid=r.uid, provider="aws", account_id=r.account_id, region=r.region, name=r.name,
                         native_id=r.native_id, search_text=f"{r.name} {r.native_id}".lower(), kind="event function",
                         runtime=dice.choice(RUNTIMES), package="Zip", architecture="x86_64", state="Active",
                         memory_mb=dice.choice((128, 256, 512, 1024)), timeout_s=dice.choice((3, 15, 60, 900)),
                         code_size=dice.randrange(10_000_000), identity_id=role.pk, identity_native_id=role.native_id,
                         network_attached=dice.random() < 0.3, network="", url_auth="NONE" if public else "",
                         has_url=public, entry_point_count=int(public), trigger_count=1, key="", log_retention_days=30,
                         variable_count=2, secret_count=0, layer_count=0, first_seen=r.first_seen,
                         changed_at=r.changed_at, gone_at=r.gone_at)
            )  # fmt: skip
        Function.objects.bulk_create(functions, batch_size=500)
        conclude(

                Posture(function=f, privilege=dice.choices(LEVELS, (2, 5, 40, 40, 13))[0],
                        invoke="public_anonymous" if f.has_url else dice.choice(INVOKED),
                        deploy="same_account", reach="internet", egress="internet", shared_by=5, at=AT)
                for f in functions

        )  # fmt: skip
        Tag.objects.bulk_create(
            (Tag(function=f, key=key, value=dice.choice(WORDS)) for f in functions for key in ("owner", "env", "team")),
            batch_size=5000,
        )
        Trigger.objects.bulk_create(
            (
                Trigger(function=f, kind=dice.choice(("sqs", "s3", "schedule", "dynamodb")), source="arn:x")
                for f in functions
            ),
            batch_size=5000,
        )
        EntryPoint.objects.bulk_create(EntryPoint(function=f, kind="url", auth="NONE") for f in functions if f.has_url)
        Binding.objects.bulk_create(
            (Binding(function=f, principal="*" if f.has_url else "events.amazonaws.com", principal_kind="service",
                     actions=["lambda:InvokeFunction"], via="resource policy") for f in functions),
            batch_size=5000,
        )  # fmt: skip

    def _resource(self, kind: str, account: Account, scope: Scope, listing: str, arn: str, region: str) -> Resource:
        changed = AT - timedelta(minutes=self.dice.randrange(60 * 24 * 90))
        gone = changed if kind == "function" and self.dice.random() < 0.03 else None
        return Resource(uid=uid_of("aws", account.native_id, kind, arn), kind=kind, provider="aws", account=account,
                        scope=scope, listing=listing, region=region, native_id=arn,
                        name=arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1],
                        first_seen=changed, seen_at=AT, changed_at=changed, gone_at=gone)  # fmt: skip

    def _name(self) -> str:
        return "-".join(self.dice.sample(WORDS, 2))

    @staticmethod
    def _tidy() -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


DOCUMENT = {
    "config": {"runtime": "python3.12", "memory_mb": 128, "timeout_s": 3, "handler": "app.handler"},
    "environment": {"variables": [{"name": "LOG_LEVEL"}, {"name": "TABLE"}]},
    "network": {"attached": False},
    "tags": {"owner": "cart"},
}
