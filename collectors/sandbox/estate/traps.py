"""What is true of the functions that were planted on purpose, so that tests can ask whether it was seen."""

from dataclasses import dataclass

LAST_DAY = 6


@dataclass(frozen=True)
class Trap:
    """One truth about one function, from day `since` to day `until`.

    A field left None is not claimed. Words are those of design.md: `invoke` and `deploy` are levels of the
    exposure ladder (public_anonymous … none), for which the account's own identities count, too; `privilege` is
    admin, near-admin, write, read, none or unknown, `egress` is internet, restricted, private, none or unknown.
    `latent`: a grant or setting stands ready, but the path is closed. `qualifier` names the alias or version whose
    policy makes it so. `rules` are ids of the rule catalogue that must speak. `account` is an AWS account, a Google
    project or an Azure subscription; a slot of an Azure app is named app/slot."""

    function: str
    account: str
    region: str
    because: str
    invoke: str | None = None
    deploy: str | None = None
    latent: bool = False
    reach: str | None = None
    privilege: str | None = None
    classes: tuple[str, ...] = ()
    egress: str | None = None
    qualifier: str = ""
    rules: tuple[str, ...] = ()
    since: int = 0
    until: int = LAST_DAY
    cloud: str = "aws"
