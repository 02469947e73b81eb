"""The network of every account and region: one VPC, the same plan everywhere, in the shapes of the EC2 API.

Subnets: `nat-*` reach the internet through a NAT gateway, `isolated-*` only VPC endpoints, `public-a` an internet
gateway, `dual-a` the internet over IPv6 only. Security groups are named for what they let out."""

from typing import Any

from collectors.sandbox.estate.names import hexadecimal

Wire = dict[str, Any]
SUBNETS = {
    "nat-a": ("10.20.0.0/24", "a", "nat"),
    "nat-b": ("10.20.1.0/24", "b", "nat"),
    "isolated-a": ("10.20.10.0/24", "a", "isolated"),
    "isolated-b": ("10.20.11.0/24", "b", "isolated"),
    "public-a": ("10.20.20.0/24", "a", "public"),
    "dual-a": ("10.20.30.0/24", "a", "dual"),
}
GROUPS = ("open", "open-ipv6", "https", "database", "endpoints", "partners", "closed")
ANYWHERE, ANYWHERE6 = "0.0.0.0/0", "::/0"


class Network:
    """The network of one account in one region."""

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region
        self.vpc = self._id("vpc", "main")
        self.storage_list = "pl-" + hexadecimal(8, region, "s3")
        self.partner_list = self._id("pl", "partners")

    def _id(self, kind: str, label: str) -> str:
        return f"{kind}-{hexadecimal(17, self.account, self.region, kind, label)}"

    def subnet(self, label: str) -> str:
        return self._id("subnet", label)

    def group(self, label: str) -> str:
        return self._id("sg", label)

    def _named(self, name: str) -> list[Wire]:
        return [{"key": "Name", "value": name}]

    def vpcs(self) -> list[Wire]:
        return [
            {
                "vpcId": self.vpc,
                "ownerId": self.account,
                "state": "available",
                "cidrBlock": "10.20.0.0/16",
                "isDefault": False,
                "instanceTenancy": "default",
                "cidrBlockAssociationSet": [
                    {
                        "associationId": self._id("vpc-cidr-assoc", "main"),
                        "cidrBlock": "10.20.0.0/16",
                        "cidrBlockState": {"state": "associated"},
                    }
                ],
                "tagSet": self._named("main"),
            }
        ]

    def subnets(self) -> list[Wire]:
        return [
            {
                "subnetId": self.subnet(label),
                "subnetArn": f"arn:aws:ec2:{self.region}:{self.account}:subnet/{self.subnet(label)}",
                "vpcId": self.vpc,
                "ownerId": self.account,
                "state": "available",
                "cidrBlock": cidr,
                "availabilityZone": self.region + zone,
                "availableIpAddressCount": 11 if label == "isolated-b" else 240,
                "mapPublicIpOnLaunch": kind == "public",
                "defaultForAz": False,
                "assignIpv6AddressOnCreation": kind == "dual",
                "ipv6CidrBlockAssociationSet": [{"ipv6CidrBlock": "2001:db8:20:30::/64"}] if kind == "dual" else [],
                "tagSet": self._named(label),
            }
            for label, (cidr, zone, kind) in SUBNETS.items()
        ]

    def security_groups(self) -> list[Wire]:
        return [
            {
                "groupId": self.group(label),
                "groupName": label,
                "groupDescription": f"lets out: {label}",
                "vpcId": self.vpc,
                "ownerId": self.account,
                "securityGroupArn": f"arn:aws:ec2:{self.region}:{self.account}:security-group/{self.group(label)}",
                "ipPermissions": [],
                "ipPermissionsEgress": self._egress(label),
                "tagSet": self._named(label),
            }
            for label in GROUPS
        ]

    def _egress(self, label: str) -> list[Wire]:
        match label:
            case "open":
                return [{"ipProtocol": "-1", "ipRanges": [{"cidrIp": ANYWHERE}]}]
            case "open-ipv6":
                return [{"ipProtocol": "-1", "ipv6Ranges": [{"cidrIpv6": ANYWHERE6}]}]
            case "https":
                return [_tcp(443, ipRanges=[{"cidrIp": ANYWHERE, "description": "web"}])]
            case "database":
                pair = {"userId": self.account, "groupId": self.group("closed")}
                return [_tcp(5432, groups=[pair])]
            case "endpoints":
                return [
                    _tcp(443, prefixListIds=[{"prefixListId": self.storage_list}]),
                    _tcp(443, ipRanges=[{"cidrIp": "10.20.10.0/23"}]),
                ]
            case "partners":
                return [_tcp(443, prefixListIds=[{"prefixListId": self.partner_list}])]
            case _:
                return []

    def route_tables(self) -> list[Wire]:
        local = {"destinationCidrBlock": "10.20.0.0/16", "gatewayId": "local", "state": "active"}
        routes: dict[str, list[Wire]] = {
            "nat": [{"destinationCidrBlock": ANYWHERE, "natGatewayId": self._id("nat", "main"), "state": "active"}],
            "isolated": [
                {
                    "destinationPrefixListId": self.storage_list,
                    "gatewayId": self._id("vpce", "s3"),
                    "state": "active",
                }
            ],
            "public": [{"destinationCidrBlock": ANYWHERE, "gatewayId": self._id("igw", "main"), "state": "active"}],
            "dual": [
                {
                    "destinationIpv6CidrBlock": ANYWHERE6,
                    "egressOnlyInternetGatewayId": self._id("eigw", "main"),
                    "state": "active",
                }
            ],
        }
        return [self._route_table(kind, [local, *more]) for kind, more in routes.items()]

    def _route_table(self, kind: str, routes: list[Wire]) -> Wire:
        table = self._id("rtb", kind)
        joined: list[Wire] = [
            {
                "main": False,
                "routeTableAssociationId": self._id("rtbassoc", label),
                "routeTableId": table,
                "subnetId": self.subnet(label),
                "associationState": {"state": "associated"},
            }
            for label, plan in SUBNETS.items()
            if plan[2] == kind and label != "isolated-b"
        ]
        if kind == "isolated":  # isolated-b has no association of its own: it follows the main table
            joined.append(
                {"main": True, "routeTableAssociationId": self._id("rtbassoc", "main"), "routeTableId": table}
            )
        return {
            "routeTableId": table,
            "vpcId": self.vpc,
            "ownerId": self.account,
            "associationSet": joined,
            "routeSet": [{"origin": "CreateRoute", **route} for route in routes],
            "propagatingVgwSet": [],
            "tagSet": self._named(kind),
        }

    def endpoints(self) -> list[Wire]:
        policy = '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}'
        return [
            {
                "vpcEndpointId": self._id("vpce", "s3"),
                "vpcEndpointType": "Gateway",
                "vpcId": self.vpc,
                "serviceName": f"com.amazonaws.{self.region}.s3",
                "state": "available",
                "policyDocument": policy,
                "routeTableIdSet": [self._id("rtb", "isolated")],
                "ownerId": self.account,
            },
            {
                "vpcEndpointId": self._id("vpce", "secrets"),
                "vpcEndpointType": "Interface",
                "vpcId": self.vpc,
                "serviceName": f"com.amazonaws.{self.region}.secretsmanager",
                "state": "available",
                "policyDocument": policy,
                "subnetIdSet": [self.subnet("isolated-a"), self.subnet("isolated-b")],
                "groupSet": [{"groupId": self.group("closed"), "groupName": "closed"}],
                "privateDnsEnabled": True,
                "ownerId": self.account,
            },
        ]

    def nat_gateways(self) -> list[Wire]:
        return [
            {
                "natGatewayId": self._id("nat", "main"),
                "vpcId": self.vpc,
                "subnetId": self.subnet("public-a"),
                "state": "available",
                "connectivityType": "public",
                "natGatewayAddressSet": [{"publicIp": "198.51.100.20", "privateIp": "10.20.20.5"}],
                "tagSet": self._named("main"),
            }
        ]

    def internet_gateways(self) -> list[Wire]:
        attached = {"state": "available", "vpcId": self.vpc}
        gateway = self._id("igw", "main")
        return [{"internetGatewayId": gateway, "ownerId": self.account, "attachmentSet": [attached]}]

    def network_acls(self) -> list[Wire]:
        every = {"protocol": "-1", "ruleNumber": 100, "ruleAction": "allow", "cidrBlock": ANYWHERE}
        closing = {**every, "ruleNumber": 32767, "ruleAction": "deny"}
        return [
            {
                "networkAclId": self._id("acl", "main"),
                "vpcId": self.vpc,
                "ownerId": self.account,
                "default": True,
                "associationSet": [
                    {
                        "networkAclAssociationId": self._id("aclassoc", label),
                        "networkAclId": self._id("acl", "main"),
                        "subnetId": self.subnet(label),
                    }
                    for label in SUBNETS
                ],
                "entrySet": [{**rule, "egress": egress} for egress in (True, False) for rule in (every, closing)],
            }
        ]

    def prefix_lists(self) -> list[Wire]:
        arn = f"arn:aws:ec2:{self.region}"
        return [
            {
                "prefixListId": self.storage_list,
                "prefixListArn": f"{arn}:aws:prefix-list/{self.storage_list}",
                "prefixListName": f"com.amazonaws.{self.region}.s3",
                "addressFamily": "IPv4",
                "ownerId": "AWS",
            },
            {
                "prefixListId": self.partner_list,
                "prefixListArn": f"{arn}:{self.account}:prefix-list/{self.partner_list}",
                "prefixListName": "partners",
                "addressFamily": "IPv4",
                "maxEntries": 10,
                "version": 1,
                "state": "create-complete",
                "ownerId": self.account,
            },
        ]

    def prefix_list_entries(self, prefix_list: str) -> list[Wire] | None:
        """The ranges of one list, or None when there is no such list."""
        return {
            self.storage_list: [{"cidr": "192.0.2.0/24"}],
            self.partner_list: [{"cidr": "198.51.100.0/28", "description": "carrier"}, {"cidr": "203.0.113.128/25"}],
        }.get(prefix_list)


def _tcp(port: int, **where: list[Wire]) -> Wire:
    return {"ipProtocol": "tcp", "fromPort": port, "toPort": port, **where}
