"""Distributions (CloudFront, API 2020-05-31): a list in XML whose lists count their entries."""

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from collectors.sandbox.aws.asked import Asked, AwsService, Route
from collectors.sandbox.estate.aws.distributions import DISTRIBUTIONS, Association, Distribution

Wire = dict[str, Any]


def list_distributions(asked: Asked) -> Wire:
    mine = [one for one in DISTRIBUTIONS if one.account == asked.account]
    page, following = asked.page(asked.state.in_turn(mine), "Marker", "MaxItems", 100, 100)
    inside = "".join(
        [
            _leaf("Marker", asked.text("Marker")),
            _leaf("NextMarker", following) if following else "",
            _leaf("MaxItems", "100"),
            _leaf("IsTruncated", str(bool(following)).lower()),
            _list(_distribution(one) for one in page),
        ]
    )
    return {"Payload": f"<DistributionList>{inside}</DistributionList>"}


def _distribution(one: Distribution) -> str:
    paths = sorted({association.path for association in one.associations} - {"*"})
    behaviours = [
        f"<CacheBehavior>{_leaf('PathPattern', path)}{_associations(one, path)}</CacheBehavior>" for path in paths
    ]
    inside = "".join(
        [
            _leaf("Id", one.id),
            _leaf("ARN", one.arn),
            _leaf("Status", "Deployed"),
            _leaf("DomainName", one.domain),
            f"<Aliases>{_list(_leaf('CNAME', name) for name in one.names)}</Aliases>",
            f"<DefaultCacheBehavior>{_associations(one, '*')}</DefaultCacheBehavior>",
            f"<CacheBehaviors>{_list(behaviours)}</CacheBehaviors>",
            _leaf("Enabled", str(one.enabled).lower()),
        ]
    )
    return f"<DistributionSummary>{inside}</DistributionSummary>"


def _associations(one: Distribution, path: str) -> str:
    listed = _list(_association(association) for association in one.associations if association.path == path)
    return f"<LambdaFunctionAssociations>{listed}</LambdaFunctionAssociations>"


def _association(one: Association) -> str:
    inside = (
        _leaf("LambdaFunctionARN", one.function_arn)
        + _leaf("EventType", one.moment)
        + _leaf("IncludeBody", str(one.body).lower())
    )
    return f"<LambdaFunctionAssociation>{inside}</LambdaFunctionAssociation>"


def _list(entries: Iterable[str]) -> str:
    several = list(entries)
    return _leaf("Quantity", str(len(several))) + (f"<Items>{''.join(several)}</Items>" if several else "")


def _leaf(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"


CLOUDFRONT = AwsService(
    name="cloudfront",
    scope="cloudfront",
    protocol="rest-xml",
    operations={"ListDistributions": list_distributions},
    routes=(Route("GET", "/2020-05-31/distribution", "ListDistributions"),),
    everywhere=True,
)
