"""Functions of all kinds in one list, with what is written down about each."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.provider import ReadFault, Unreachable
from inventory.facts import Observation
from tests.collectors.providers.gcp.conftest import Read
from tests.collectors.providers.gcp.estate import (
    COMPUTE,
    HERE,
    PROJECT,
    ROBOT,
    THERE,
    function_name,
    resize,
    service,
    service_name,
)
from tests.collectors.providers.gcp.google import Google, Listed, disabled, refusal

Json = Any


@pytest.fixture
def seen(read: Read) -> dict[str, Observation]:
    found = [*read("functions", HERE), *read("run functions", HERE)]
    return {one.name: one for one in found}


def test_functions_of_both_generations_and_of_cloud_run_stand_in_one_list_without_doubles(read: Read) -> None:
    names = [one.native_id for one in read("functions", HERE)]
    assert names == [function_name("report"), function_name("orders"), function_name("resize")]
    assert [one.native_id for one in read("run functions", HERE)] == [service_name("drift")]


def test_each_is_called_what_google_calls_it(seen: dict[str, Observation]) -> None:
    kinds = {name: one.sections["config"]["kind"] for name, one in seen.items()}
    assert kinds == {
        "report": "Cloud Function (1st gen)",
        "orders": "Cloud Function (2nd gen)",
        "resize": "Cloud Function (2nd gen)",
        "drift": "Cloud Run function",
    }


def test_a_page_that_names_a_function_twice_makes_one(google: Google, read: Read) -> None:
    google.answers[f"/v2/projects/{PROJECT}/locations/-/functions"] = Listed("functions", [resize(), resize()])
    assert [one.name for one in read("functions", HERE)] == ["resize"]


def test_pages_are_read_to_the_end(google: Google, read: Read) -> None:
    google.page_size = 1
    assert len(read("functions", HERE)) == 3
    assert len(read("run functions", HERE)) == 1


def test_words_the_sdk_does_not_know_are_kept(seen: dict[str, Observation]) -> None:
    assert seen["orders"].sections["state"]["state"] == "DETACHING"
    assert seen["orders"].sections["config"]["native"]["upgrade"] == {"upgradeState": "UPGRADE_OPERATION_IN_PROGRESS"}
    assert seen["orders"].sections["network"]["egress"] == [
        {"kind": "direct vpc", "name": f"projects/{PROJECT}/global/networks/prod", "setting": "VPC_EGRESS_ALL_TRAFFIC"}
    ]


def test_memory_and_time_come_in_our_units(seen: dict[str, Observation]) -> None:
    configs = {name: one.sections["config"] for name, one in seen.items()}
    told = {name: (config["memory_mb"], config["timeout_s"]) for name, config in configs.items()}
    assert told == {"report": (256, 60), "orders": (1024, 300), "resize": (512, 60), "drift": (512, 120)}


def test_a_runtime_ends_when_the_cloud_says_now(seen: dict[str, Observation]) -> None:
    told = {name: one.sections["runtime_management"] for name, one in seen.items()}
    assert told["report"] == {"stage": "DEPRECATED", "ends": "2025-10-05", "stops": "2026-04-05"}
    assert told["orders"] == {"stage": "GA"}
    assert seen["drift"].sections["config"]["runtime"] == "go122"


def test_what_only_the_older_api_knows_is_told(seen: dict[str, Observation]) -> None:
    report = seen["report"].sections
    assert report["triggers"]["triggers"] == [
        {
            "kind": "storage", "source": "projects/_/buckets/acme-uploads", "via": "event trigger",
            "detail": {"type": "google.storage.object.finalize", "service": "storage.googleapis.com", "retry": True},
        }
    ]  # fmt: skip
    assert report["code"]["build"]["service_account"] == ROBOT
    assert report["entry_points"] == {"entry_points": []}


def test_each_runs_as_somebody(seen: dict[str, Observation]) -> None:
    who = {name: one.sections["identity"]["identities"][0]["id"] for name, one in seen.items()}
    assert who == {
        "report": f"{PROJECT}@appspot.gserviceaccount.com", "orders": ROBOT, "resize": ROBOT,
        "drift": COMPUTE,  # named nowhere: the project's default
    }  # fmt: skip


def test_the_default_account_is_unknown_without_the_projects_number(google: Google, read: Read) -> None:
    google.fail(f"/v3/projects/{PROJECT}", refusal(403))
    drift = read("run functions", HERE)[0]
    assert "identity" not in drift.sections
    assert "number" in drift.unread["identity"].reason


def test_variables_are_names_and_fingerprints_and_secrets_are_references(seen: dict[str, Observation]) -> None:
    report, orders, drift = (seen[name].sections["environment"] for name in ("report", "orders", "drift"))
    assert [(one["name"], one["verdict"]) for one in report["variables"]] == [
        ("API_KEY", "high-entropy value"), ("STAGE", "")
    ]  # fmt: skip
    assert orders["variables"] == [
        {"name": "DB_PASSWORD", "reference": f"projects/{PROJECT}/secrets/db/versions/latest"}
    ]
    assert orders["mounts"] == [{"path": "/etc/cert", "reference": f"projects/{PROJECT}/secrets/cert"}]
    assert [one["name"] for one in orders["build"]] == ["NPM_PASSWORD"]
    assert drift["variables"][1] == {"name": "DB", "reference": f"projects/{PROJECT}/secrets/db/versions/2"}


def test_addresses_are_told_with_who_must_sign_in(seen: dict[str, Observation]) -> None:
    def told(name: str) -> list[tuple[str, str, str]]:
        entries = seen[name].sections["entry_points"]["entry_points"]
        return [(one["url"], one["auth"], one["reach"]) for one in entries]

    assert told("orders") == [
        ("https://europe-west1-acme-data.cloudfunctions.net/orders", "NONE", "INGRESS_TRAFFIC_ALL"),
        ("https://orders-abc-ew.a.run.app", "NONE", "INGRESS_TRAFFIC_ALL"),
    ]
    assert told("drift") == []  # its default address is off
    assert {auth for _, auth, _ in told("resize")} == {"IAM"}


def test_an_address_of_a_tag_is_an_address(google: Google, read: Read) -> None:
    tagged = service("resize", trafficStatuses=[{"tag": "old", "uri": "https://old---resize.a.run.app", "percent": 0}])
    google.answers[f"/v2/projects/{PROJECT}/locations/{HERE}/services"] = Listed("services", [tagged])
    one = next(one for one in read("functions", HERE) if one.name == "resize")
    entry = one.sections["entry_points"]["entry_points"][-1]
    assert (entry["url"], entry["qualifier"]) == ("https://old---resize.a.run.app", "old")


def test_what_starts_a_function_is_found_wherever_it_is_written_down(seen: dict[str, Observation]) -> None:
    def told(name: str) -> list[tuple[str, str]]:
        return sorted((one["kind"], one["via"]) for one in seen[name].sections["triggers"]["triggers"])

    assert told("orders") == [("pubsub", "eventarc")]
    assert told("drift") == [("audit log", "eventarc")]
    assert told("resize") == [("pubsub", "push subscription"), ("schedule", "http")]


def test_a_full_tunnel_tells_what_its_network_lets_out(seen: dict[str, Observation]) -> None:
    network = seen["report"].sections["network"]
    assert (network["attached"], network["network"]) == (True, "prod")
    assert network["ingress"] == [{"setting": "ALLOW_INTERNAL_ONLY", "of": "function"}]
    assert network["detail"]["connector"]["range"] == "10.8.0.0/28"
    assert network["detail"]["routes"] == {"internet": True}
    assert network["detail"]["nats"] == {"names": ["exit/nat"]}
    assert [rule["effect"] for rule in network["detail"]["rules"]["egress"]] == ["deny"]


def test_old_revisions_that_can_still_be_called_are_told_with_their_account(seen: dict[str, Observation]) -> None:
    drift = seen["drift"].sections
    assert [one["name"] for one in drift["versions"]["aliases"]] == ["latest", "old"]
    assert drift["published"]["published"] == [
        {"version": "drift-00001", "identity": COMPUTE, "image": "img/drift@sha256:0"}
    ]


def test_one_unreachable_location_is_unread_and_the_others_are_complete(google: Google, read: Read) -> None:
    everywhere = Listed("functions", [resize()], {"unreachable": [f"projects/{PROJECT}/locations/{THERE}"]})
    google.answers[f"/v2/projects/{PROJECT}/locations/-/functions"] = everywhere
    assert [one.name for one in read("functions", HERE)] == ["resize"]
    with pytest.raises(Unreachable, match=THERE):
        read("functions", THERE)


def test_without_cloud_run_the_parts_it_tells_are_unread_and_the_function_is_there(google: Google, read: Read) -> None:
    refused = refusal(403, reason="IAM_PERMISSION_DENIED", permission="run.services.list")
    google.fail(f"/locations/{HERE}/services", refused)
    orders = next(one for one in read("functions", HERE) if one.name == "orders")
    assert orders.unread["access"].permission == "run.services.list"
    assert orders.unread["versions"].error_class == "denied"
    assert orders.sections["config"]["runtime"] == "nodejs20"


def test_a_service_of_the_functions_api_is_no_function_of_its_own_while_that_cannot_be_read(
    google: Google, read: Read
) -> None:
    managed = service("orders", buildConfig={"functionTarget": "handle"})
    detached = service("drift", labels={}, buildConfig={"functionTarget": "main"})
    google.answers[f"/v2/projects/{PROJECT}/locations/{HERE}/services"] = Listed("services", [managed, detached])
    google.fail("/locations/-/functions", refusal(403))
    assert [one.name for one in read("run functions", HERE)] == ["drift"]


def test_an_api_that_is_off_is_nothing_to_read(google: Google, read: Read) -> None:
    google.fail("/locations/-/functions", disabled("cloudfunctions.googleapis.com"))
    with pytest.raises(ReadFault) as told:
        read("functions", HERE)
    assert told.value.error_class == "not applicable"


def test_a_trigger_api_that_is_off_has_no_triggers(google: Google, read: Read) -> None:
    google.fail("/triggers", disabled("eventarc.googleapis.com"))
    orders = next(one for one in read("functions", HERE) if one.name == "orders")
    assert "triggers" not in orders.unread
    assert len(orders.sections["triggers"]["triggers"]) == 1


def test_a_list_of_triggers_that_failed_in_passing_leaves_the_last_ones(google: Google, read: Read) -> None:
    google.fail("/triggers", refusal(500))
    orders = next(one for one in read("functions", HERE) if one.name == "orders")
    assert "triggers" not in orders.sections
    assert orders.unread["triggers"].error_class == "unreachable"


@pytest.mark.parametrize(
    "entry",
    [None, 7, [], {}, {"name": 5}, {"name": "x"}, {"name": "projects/p/locations//functions/f"}, {"name": None}],
)
def test_an_entry_that_is_no_function_costs_only_itself(google: Google, session: Any, entry: Json) -> None:
    from collectors.provider import Malformed, Memory
    from collectors.providers.gcp import PROVIDER
    from tests.collectors.conftest import DAY

    google.answers[f"/v2/projects/{PROJECT}/locations/-/functions"] = Listed("functions", [entry, resize()])
    names, lost = [], 0
    for raw in PROVIDER.listings(HERE)[0].fetch(session, HERE, Memory(DAY)):
        try:
            names += [one.name for one in PROVIDER.normalize("functions", raw)]
        except Malformed:
            lost += 1
    assert (names, lost) == (["resize"], 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("serviceConfig", []), ("buildConfig", "x"), ("labels", [1]), ("eventTrigger", 3), ("stateMessages", {"a": 1}),
        ("kmsKeyName", {"x": 1}), ("serviceConfig", {"availableMemory": "lots"}), ("url", {"a": 1}),
        ("serviceConfig", {"timeoutSeconds": []}),
        ("serviceConfig", {"environmentVariables": ["A"]}), ("serviceConfig", {"secretVolumes": [7]}),
        ("serviceConfig", {"service": 7}), ("serviceConfig", {"vpcConnector": {"a": 1}}),
    ],
)  # fmt: skip
def test_a_part_of_the_wrong_shape_is_unread_and_the_function_is_kept(
    google: Google, read: Read, field: str, value: Json
) -> None:
    google.answers[f"/v2/projects/{PROJECT}/locations/-/functions"] = Listed("functions", [resize() | {field: value}])
    [one] = read("functions", HERE)
    assert one.name == "resize"
    assert any(why.error_class in ("bad answer", "not applicable") for why in one.unread.values())
