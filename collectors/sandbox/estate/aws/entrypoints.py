"""What stands before functions: HTTP gateways, load balancers, schedules. In the shapes of their APIs.

Rules of the event bus and subscriptions of topics are not listed here: they follow from the functions' own policies
(see `state.py`), so that the two always agree."""

from dataclasses import dataclass
from typing import Any

from collectors.sandbox.estate.aws.accounts import DEV, FRANKFURT, IRELAND, PAYMENTS, SHOP
from collectors.sandbox.estate.aws.network import Network

Wire = dict[str, Any]


def _function(account: str, region: str, name: str) -> str:
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def invocation(function_arn: str) -> str:
    """How a gateway writes the function it calls."""
    region = function_arn.split(":")[3]
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


@dataclass(frozen=True)
class Route:
    key: str
    authorization: str
    function_arn: str
    written_as_path: bool = False


@dataclass(frozen=True)
class HttpApi:
    """An API of API Gateway's second version."""

    account: str
    region: str
    id: str
    name: str
    routes: tuple[Route, ...]
    protocol: str = "HTTP"
    issuer: str | None = None


@dataclass(frozen=True)
class RestApi:
    """An API of API Gateway's first version with one resource and one method."""

    account: str
    region: str
    id: str
    name: str
    endpoint: str
    path: str
    method: str
    authorization: str
    function_arn: str
    key_required: bool = False
    policy: str | None = None


_CHECKOUT = _function(SHOP, FRANKFURT, "checkout-api") + ":live"
_CATALOG = _function(SHOP, FRANKFURT, "public-catalog")

HTTP_APIS = (
    HttpApi(
        SHOP,
        FRANKFURT,
        "a1storefrn",
        "storefront",
        (
            Route("POST /checkout", "JWT", _CHECKOUT),
            Route("GET /catalog", "NONE", _CATALOG, written_as_path=True),
            Route("POST /catalog", "AWS_IAM", _CATALOG),
        ),
        issuer=f"https://cognito-idp.{FRANKFURT}.amazonaws.com/{FRANKFURT}_Lark12345",
    ),
    HttpApi(
        SHOP,
        FRANKFURT,
        "w1livechat",
        "live-chat",
        (Route("$connect", "NONE", _function(SHOP, FRANKFURT, "order-events"), written_as_path=True),),
        protocol="WEBSOCKET",
    ),
)

REST_APIS = (
    RestApi(
        SHOP,
        IRELAND,
        "r1legacyor",
        "legacy-orders",
        "EDGE",
        "/orders",
        "GET",
        "NONE",
        _function(SHOP, IRELAND, "legacy-orders"),
        key_required=True,
    ),
    RestApi(
        PAYMENTS,
        FRANKFURT,
        "r1settleme",
        "settlement",
        "PRIVATE",
        "/settle",
        "POST",
        "NONE",
        _function(PAYMENTS, FRANKFURT, "settlement-api"),
        policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke",'
        '"Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-0larkfield"}}}]}',
    ),
)


@dataclass(frozen=True)
class LoadBalancer:
    account: str
    region: str
    name: str
    number: str
    target: str
    target_number: str
    function: str
    scheme: str

    @property
    def _prefix(self) -> str:
        return f"arn:aws:elasticloadbalancing:{self.region}:{self.account}"

    @property
    def arn(self) -> str:
        return f"{self._prefix}:loadbalancer/app/{self.name}/{self.number}"

    @property
    def listener_arn(self) -> str:
        return f"{self._prefix}:listener/app/{self.name}/{self.number}/f2f7dc8efc522ab2"

    @property
    def target_arn(self) -> str:
        return f"{self._prefix}:targetgroup/{self.target}/{self.target_number}"

    @property
    def function_arn(self) -> str:
        return _function(self.account, self.region, self.function)

    def balancer(self) -> Wire:
        network = Network(self.account, self.region)
        host = "internal-" if self.scheme == "internal" else ""
        return {
            "LoadBalancerArn": self.arn,
            "DNSName": f"{host}{self.name}-1234567890.{self.region}.elb.amazonaws.com",
            "LoadBalancerName": self.name,
            "Scheme": self.scheme,
            "VpcId": network.vpc,
            "State": {"Code": "active"},
            "Type": "application",
            "SecurityGroups": [network.group("https")],
            "IpAddressType": "ipv4",
        }

    def target_group(self) -> Wire:
        return {
            "TargetGroupArn": self.target_arn,
            "TargetGroupName": self.target,
            "TargetType": "lambda",
            "HealthCheckEnabled": False,
            "LoadBalancerArns": [self.arn],
        }

    def forward(self) -> Wire:
        groups = [{"TargetGroupArn": self.target_arn, "Weight": 1}]
        return {"Type": "forward", "TargetGroupArn": self.target_arn, "ForwardConfig": {"TargetGroups": groups}}

    def listener(self) -> Wire:
        return {
            "ListenerArn": self.listener_arn,
            "LoadBalancerArn": self.arn,
            "Port": 443,
            "Protocol": "HTTPS",
            "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "DefaultActions": [self.forward()],
        }

    def rules(self) -> list[Wire]:
        rule = self.listener_arn.replace(":listener/", ":listener-rule/")
        path = {"Field": "path-pattern", "Values": ["/health"], "PathPatternConfig": {"Values": ["/health"]}}
        fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
        return [
            {
                "RuleArn": f"{rule}/1000000000000001",
                "Priority": "10",
                "Conditions": [path],
                "Actions": [fixed],
                "IsDefault": False,
            },
            {
                "RuleArn": f"{rule}/1000000000000002",
                "Priority": "default",
                "Conditions": [],
                "Actions": [self.forward()],
                "IsDefault": True,
            },
        ]


LOAD_BALANCERS = (
    LoadBalancer(
        SHOP,
        FRANKFURT,
        "storefront",
        "50dc6c495c0c9001",
        "storefront",
        "6d0ecf831eec9f09",
        "storefront-ssr",
        "internet-facing",
    ),
    LoadBalancer(
        DEV, FRANKFURT, "intranet", "50dc6c495c0c9002", "intranet", "50dc6c495c0c9188", "intranet-search", "internal"
    ),
)

SCHEDULES = (
    (SHOP, IRELAND, "reindex-nightly", _function(SHOP, IRELAND, "nightly-reindex")),
    (DEV, FRANKFURT, "deploy-morning", _function(DEV, FRANKFURT, "deploy-bot")),
)
"""Account, region, name, target of EventBridge Scheduler schedules. They call through a role, not a policy."""
