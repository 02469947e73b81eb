"""Distributions of CloudFront: web sites, and which functions run for their viewers."""

from dataclasses import dataclass

from collectors.sandbox.estate.aws.accounts import DEV, VIRGINIA

_HEADERS = f"arn:aws:lambda:{VIRGINIA}:{DEV}:function:edge-headers:1"


@dataclass(frozen=True)
class Association:
    """A function that runs at a moment of a request; `path` is the pattern of the paths, "*" the default."""

    function_arn: str
    moment: str
    path: str = "*"
    body: bool = False


@dataclass(frozen=True)
class Distribution:
    account: str
    id: str
    names: tuple[str, ...] = ()
    enabled: bool = True
    associations: tuple[Association, ...] = ()

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{self.account}:distribution/{self.id}"

    @property
    def domain(self) -> str:
        return f"d{self.id.lower()}.cloudfront.net"


DISTRIBUTIONS = (
    Distribution(
        DEV,
        "E1LARKDEV",
        ("preview.larkfield.example", "www-dev.larkfield.example"),
        associations=(
            Association(_HEADERS, "viewer-response"),
            Association(_HEADERS, "viewer-request", "/forms/*", body=True),
        ),
    ),
    Distribution(DEV, "E2LARKOLD", enabled=False),
)
