"""The Google organisation of Larkfield: folders, projects, locations, and who stands outside."""

from dataclasses import dataclass, field

ORGANISATION = "organizations/501234567890"
CUSTOMER = "C0larkf1d"
DOMAIN = "larkfield.example"
PROD_FOLDER, DEV_FOLDER = "folders/610000000001", "folders/610000000002"

SHOP, DATA, DEV = "larkfield-shop-prod", "larkfield-data-prod", "larkfield-shop-dev"
LEGAL = "larkfield-legal"
"""Nobody may read a policy here: every getIamPolicy is refused."""
STATIC = "larkfield-static"
"""The Cloud Functions API was never switched on here."""
PARTNER, VENDOR = "partner-analytics-eu", "watchful-vendor"  # projects of others

BELGIUM, FRANKFURT, IOWA, TAIWAN = "europe-west1", "europe-west3", "us-central1", "asia-east1"
LOCATIONS = (BELGIUM, FRANKFURT, IOWA, TAIWAN)
UNREACHABLE = frozenset({(DATA, TAIWAN)})
"""Project and location that never answer: lists over all locations name them as unreachable."""


@dataclass(frozen=True)
class Folder:
    name: str
    label: str
    parent: str = ORGANISATION


@dataclass(frozen=True)
class Project:
    id: str
    number: str
    label: str
    parent: str
    labels: dict[str, str] = field(default_factory=dict)
    disabled: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, str]:
        """Both ways to call it in a resource's name."""
        return self.id, self.number

    @property
    def compute_account(self) -> str:
        return f"{self.number}-compute@developer.gserviceaccount.com"

    @property
    def app_account(self) -> str:
        return f"{self.id}@appspot.gserviceaccount.com"

    @property
    def ancestors(self) -> tuple[str, ...]:
        above = () if self.parent == ORGANISATION else (self.parent,)
        return (f"projects/{self.number}", *above, ORGANISATION)


FOLDERS = (Folder(PROD_FOLDER, "prod"), Folder(DEV_FOLDER, "dev"))
PROJECTS = (
    Project(SHOP, "700000000011", "Shop (prod)", PROD_FOLDER, {"env": "prod", "owner": "shop"}),
    Project(DATA, "700000000022", "Data platform (prod)", PROD_FOLDER, {"env": "prod", "owner": "data"}),
    Project(DEV, "700000000033", "Shop (dev)", DEV_FOLDER, {"env": "dev", "owner": "shop"}),
    Project(LEGAL, "700000000044", "Legal", ORGANISATION, {"env": "prod", "owner": "legal"}),
    Project(STATIC, "700000000055", "Static pages", PROD_FOLDER, {}, frozenset({"cloudfunctions.googleapis.com"})),
)
BY_NAME = {name: project for project in PROJECTS for name in project.names}


def account(name: str, project: str) -> str:
    """The e-mail of a user-managed service account."""
    return f"{name}@{project}.iam.gserviceaccount.com"


def agent(service: str, project: str) -> str:
    """The e-mail of a Google service agent of a project."""
    return f"service-{BY_NAME[project].number}@{service}.iam.gserviceaccount.com"
