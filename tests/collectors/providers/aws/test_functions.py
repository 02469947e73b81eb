"""What the answers about an event function mean."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.provider import Malformed
from inventory.facts import Unread
from tests.collectors.providers.aws.answers import CHECKOUT, REGION, ROLE, digests, lets, listed, policy, raw, seen

DENIED = Unread("no", "lambda:X", "denied")
THROTTLED = Unread("busy", "", "throttled")


def sections(**changes: Any) -> dict[str, Any]:
    return dict(seen("functions", raw(**changes)).sections)


def test_a_function_read_in_full_says_all_of_it() -> None:
    observation = seen("functions", raw())
    assert (observation.native_id, observation.name, observation.region) == (CHECKOUT, "checkout", REGION)
    assert observation.revision == "rev-1"
    assert observation.core_read
    assert observation.detail_read
    assert not observation.unread
    assert observation.sections["config"]["memory_mb"] == 256
    assert observation.sections["identity"] == {"identities": [{"id": ROLE, "kind": "role"}]}
    assert observation.sections["access"] == {"policies": []}
    assert observation.bindings == ()
    assert observation.sections["logging"]["retention_days"] == 30
    assert observation.sections["state"] == {"state": "Active"}
    assert observation.sections["concurrency"]["reserved"] is None


def test_a_function_seen_in_the_list_only_tells_nothing_else() -> None:
    observation = seen("functions", {"account": "1", "region": REGION, "function": listed()})
    assert set(observation.sections) == {"config", "code", "environment", "identity"}
    assert not observation.core_read
    assert not observation.detail_read
    assert observation.bindings is None


def test_what_changes_by_itself_makes_no_history() -> None:
    before = digests(seen("functions", raw()))
    after = listed(
        RevisionId="rev-2", ConfigSha256="x", State="Active", LastUpdateStatus="Successful", Version="$LATEST"
    )
    assert digests(seen("functions", raw(function=after))) == before


def test_fields_nobody_placed_yet_are_kept() -> None:
    assert sections(function=listed(BrandNew={"Mode": "Odd"}))["config"]["native"]["BrandNew"] == {"Mode": "Odd"}


def test_what_has_a_section_of_its_own_is_not_told_twice() -> None:
    placed = listed(
        VpcConfig={"VpcId": "vpc-1"}, DeadLetterConfig={"TargetArn": "arn:q"}, KMSKeyArn="arn:k",
        LoggingConfig={"LogFormat": "JSON"}, BrandNew=1,
    )  # fmt: skip
    assert set(sections(function=placed)["config"]["native"]) == {"BrandNew"}


def test_unknown_words_stay_as_they_are() -> None:
    config = sections(function=listed(Runtime="cobol85", PackageType="Punchcard", Architectures=["s390x"]))["config"]
    assert (config["runtime"], config["package"], config["architectures"]) == ("cobol85", "Punchcard", ["s390x"])


def test_numbers_written_as_text_are_numbers() -> None:
    config = sections(function=listed(MemorySize="512", Timeout="60"))["config"]
    assert (config["memory_mb"], config["timeout_s"]) == (512, 60)


def test_a_layer_has_its_owner() -> None:
    [layer] = sections()["code"]["layers"]
    assert (layer["account"], layer["name"], layer["version"]) == ("580247275435", "LambdaInsightsExtension", "53")


def test_an_image_is_known_by_its_digest() -> None:
    code = sections(function=listed(PackageType="Image", CodeSha256="ab" * 32, Runtime=None, Layers=None))["code"]
    assert code["image_digest"] == "sha256:" + "ab" * 32


def test_variables_are_kept_without_values() -> None:
    variables = {each["name"]: each for each in sections()["environment"]["variables"]}
    assert variables["DB_PASSWORD"]["verdict"] == "password"
    assert variables["STAGE"]["verdict"] == ""
    assert "hunter2x" not in str(seen("functions", raw()))


def test_an_environment_that_could_not_be_decrypted_is_unknown_and_not_empty() -> None:
    error = {"ErrorCode": "AccessDeniedException", "Message": "no kms:Decrypt"}
    environment = sections(function=listed(Environment={"Error": error}))["environment"]
    assert environment == {"error": "AccessDeniedException: no kms:Decrypt"}


def test_each_alias_has_a_policy_of_its_own() -> None:
    aliases = [{"Name": "live", "FunctionVersion": "3", "RoutingConfig": {"AdditionalVersionWeights": {"4": 0.1}}}]
    policies = {"": None, "live": {"Policy": policy(lets("all", "*", qualifier="live")), "RevisionId": "p"}}
    observation = seen("functions", raw(aliases=aliases, policies=policies))
    assert observation.sections["versions"]["aliases"] == [{"name": "live", "version": "3", "weights": {"4": 0.1}}]
    [access] = observation.sections["access"]["policies"]
    assert access["qualifier"] == "live"
    [binding] = observation.bindings or ()
    assert (binding.principal, binding.principal_kind, binding.qualifier, binding.source) == (
        "*",
        "public",
        "live",
        "all",
    )


def test_a_policy_that_could_not_be_read_is_unread_and_never_empty() -> None:
    observation = seen("functions", raw(policies={"": DENIED}))
    assert "access" not in observation.sections
    assert "triggers" not in observation.sections
    assert observation.bindings is None
    assert observation.unread["access"] == DENIED


def test_without_aliases_the_rest_is_told_and_marked() -> None:
    observation = seen("functions", raw(aliases=DENIED, policies={"": {"Policy": policy(lets("all", "*"))}}))
    assert observation.sections["access"]["policies"]
    assert observation.unread["access"] == DENIED
    assert observation.core_read


def test_what_may_pass_leaves_the_section_whole_and_the_function_due() -> None:
    observation = seen("functions", raw(aliases=THROTTLED, policies={"": {"Policy": policy(lets("all", "*"))}}))
    assert "access" not in observation.sections
    assert not observation.core_read


@pytest.mark.parametrize("part", ["urls", "tags", "signing", "network", "log_group", "sources"])
def test_one_refused_part_costs_its_section_only(part: str) -> None:
    owner = {"urls": "entry_points", "log_group": "logging", "sources": "triggers"}.get(part, part)
    observation = seen("functions", raw(**{part: DENIED}))
    assert owner in observation.unread
    assert owner not in observation.sections
    assert len(observation.sections) == len(seen("functions", raw()).sections) - 1


def test_a_gateway_that_may_not_be_read_leaves_the_urls() -> None:
    url = {"FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/", "FunctionArn": CHECKOUT, "AuthType": "NONE"}
    entrances = {"http_apis": DENIED, "rest_apis": [], "balancers": []}
    observation = seen("functions", raw(urls=[url], entrances=entrances))
    assert observation.sections["entry_points"]["entry_points"][0]["auth"] == "NONE"
    assert observation.unread["entry_points"] == DENIED


def test_a_key_is_told_with_its_state() -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/k"
    metadata = {"AWSAccountId": "123456789012", "KeyState": "PendingDeletion", "KeyManager": "CUSTOMER"}
    told = sections(function=listed(KMSKeyArn=key), keys={key: metadata})["encryption"]
    assert told["key"] == key
    assert told["keys"][0]["state"] == "PendingDeletion"
    assert sections(function=listed(KMSKeyArn=key), keys={key: None})["encryption"]["keys"][0]["state"] == "missing"


def test_another_accounts_key_that_we_may_not_see_is_no_gap_of_ours() -> None:
    key = "arn:aws:kms:eu-west-1:999999999999:key/k"
    observation = seen("functions", raw(function=listed(KMSKeyArn=key), keys={key: DENIED}))
    assert observation.sections["encryption"]["keys"][0]["state"] == "unknown"
    assert "encryption" not in observation.unread


def test_a_log_group_that_nobody_made_does_not_exist() -> None:
    assert sections(log_group=None)["logging"] == {
        "group": "/aws/lambda/checkout",
        "exists": False,
        "key": "",
        "format": "JSON",
    }


def test_logs_without_retention_are_kept_for_ever() -> None:
    assert sections(log_group={"logGroupName": "x"})["logging"]["retention_days"] == 0


def test_published_versions_keep_their_own_runtime_and_role() -> None:
    versions = [
        {"Version": "$LATEST"},
        {"Version": "2", "Runtime": "python3.8", "Role": "arn:old", "CodeSha256": "a"},
        {
            "Version": "10",
            "Runtime": "python3.13",
            "Environment": {"Variables": [{"name": "T", "verdict": "password"}]},
        },
    ]
    published = sections(detail={**raw()["detail"], "versions": versions})["published"]["published"]
    assert [(each["version"], each.get("runtime")) for each in published] == [("10", "python3.13"), ("2", "python3.8")]
    assert published[0]["secrets"] == ["T"]


@pytest.mark.parametrize(
    "entry", [None, [], "x", {}, {"FunctionArn": None}, {"FunctionArn": 3}, {"FunctionArn": "arn:x"}]
)
def test_an_entry_without_identity_is_malformed(entry: Any) -> None:
    with pytest.raises(Malformed):
        seen("functions", raw(function=entry))


def test_an_arn_longer_than_any_is_malformed() -> None:
    with pytest.raises(Malformed, match="longer"):
        seen("functions", raw(function=listed(FunctionArn=CHECKOUT + "x" * 2000)))


@pytest.mark.parametrize(
    ("change", "section"),
    [
        ({"Timeout": "soon"}, "config"),
        ({"MemorySize": {}}, "config"),
        ({"Runtime": []}, "config"),
        ({"Layers": "one"}, "code"),
        ({"Layers": [None, "x"]}, "code"),
        ({"CodeSize": True}, "code"),
        ({"Environment": []}, "environment"),
        ({"Environment": {"Variables": None}}, "environment"),
        ({"Environment": {"Variables": ["A=B"]}}, "environment"),
        ({"Role": {"arn": "x"}}, "identity"),
        ({"VpcConfig": "vpc"}, "network"),
        ({"LoggingConfig": [1]}, "logging"),
        ({"DurableConfig": 7}, "encryption"),
        ({"Architectures": [1]}, "config"),
        ({"Description": {"a": 1}}, "config"),
    ],
)
def test_a_wrong_type_makes_its_section_a_bad_answer_and_leaves_the_rest(change: dict[str, Any], section: str) -> None:
    observation = seen("functions", raw(function=listed(**change)))
    assert observation.unread[section].error_class == "bad answer"
    assert section not in observation.sections
    assert len(observation.sections) >= 8


@pytest.mark.parametrize(
    "document",
    ["", "not json", "[]", "{}", '{"Statement": 3}', '{"Statement": [{"Effect": "Maybe"}]}', "[" * 3000, None, 7],
)
def test_a_policy_that_is_none_is_a_bad_answer(document: Any) -> None:
    observation = seen("functions", raw(policies={"": {"Policy": document}}))
    assert observation.unread["access"].error_class == "bad answer"
    assert observation.bindings is None


def test_depth_that_would_exhaust_the_stack_is_malformed() -> None:
    deep: Any = "x"
    for _ in range(1000):
        deep = {"a": deep}
    with pytest.raises(Malformed, match="deeper"):
        seen("functions", raw(function=listed(BrandNew=deep)))


def test_a_policy_of_five_megabytes_is_read() -> None:
    statements = [lets(f"s{number}", {"AWS": f"{number:012}"}) for number in range(20_000)]
    observation = seen("functions", raw(policies={"": {"Policy": policy(*statements)}}))
    assert len(observation.bindings or ()) == 20_000


def test_characters_no_database_takes_are_replaced_in_policies() -> None:
    observation = seen("functions", raw(policies={"": {"Policy": policy(lets("bad\x00sid", {"AWS": "1\ud800"}))}}))
    [binding] = observation.bindings or ()
    assert binding.source == "bad�sid"
    binding.principal.encode()


def test_reading_twice_and_in_another_order_gives_the_same_digests() -> None:
    first, second = (
        lets("a", {"AWS": ["1" * 12, "2" * 12]}),
        lets("b", {"Service": "s3.amazonaws.com"}, Condition=_source("x", "y")),
    )
    turned = [
        lets("b", {"Service": "s3.amazonaws.com"}, Condition=_source("y", "x")),
        lets("a", {"AWS": ["2" * 12, "1" * 12]}),
    ]
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    layers = [{"Arn": "arn:aws:lambda:eu-west-1:1:layer:a:1"}, {"Arn": "arn:aws:lambda:eu-west-1:1:layer:b:1"}]
    straight = raw(function=listed(Layers=layers), policies={"": {"Policy": policy(first, second)}}, tags=tags)
    other = raw(function=listed(Layers=layers[::-1]), policies={"": {"Policy": policy(*turned)}}, tags=tags[::-1])
    assert digests(seen("functions", straight)) == digests(seen("functions", straight))
    assert digests(seen("functions", straight)) == digests(seen("functions", other))


def _source(*arns: str) -> Any:
    return {"ArnLike": {"aws:SourceArn": [f"arn:aws:s3:::{arn}" for arn in arns]}}
