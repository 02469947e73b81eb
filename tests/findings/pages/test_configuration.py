"""Settings in words, and the revision that set each."""

from datetime import UTC, datetime, timedelta

from findings.pages.function.configuration import blame, title_of, without_statements
from findings.pages.function.settings import settings_of

AT = datetime(2026, 3, 2, tzinfo=UTC)


def revisions(*documents: dict[str, object], first: int = 1) -> list[tuple[int, datetime, dict[str, object]]]:
    return [(first + n, AT + timedelta(days=n), document) for n, document in enumerate(documents)]


def test_a_value_is_blamed_on_the_revision_since_which_it_holds() -> None:
    found = blame(revisions({"config": {"memory_mb": 1}}, {"config": {"memory_mb": 2}}, {"config": {"memory_mb": 2}}))
    assert found["config", "memory_mb"].number == 2


def test_a_value_that_came_back_is_blamed_on_its_return() -> None:
    found = blame(revisions({"config": {"a": 1}}, {"config": {}}, {"config": {"a": 1}}))
    assert found["config", "a"].number == 3


def test_each_variable_is_blamed_by_itself() -> None:
    one = {"name": "A", "fingerprint": "1"}
    found = blame(
        revisions(
            {"environment": {"variables": [one, {"name": "B", "fingerprint": "1"}]}},
            {"environment": {"variables": [one, {"name": "B", "fingerprint": "2"}]}},
        )
    )
    assert found["environment", "variables.A"].number == 1
    assert found["environment", "variables.B"].number == 2


def test_what_is_older_than_the_revisions_searched_says_so() -> None:
    found = blame(revisions({"config": {"a": 1, "b": 1}}, {"config": {"a": 1, "b": 2}}, first=7))
    assert found["config", "a"].or_earlier
    assert not found["config", "b"].or_earlier


def test_values_are_told_with_their_units() -> None:
    told = {s.name: s.text for s in settings_of("config", {"memory_mb": 512, "timeout_s": 900, "tracing": ""})}
    assert told == {"Memory": "512 MiB", "Timeout": "900 s (15 min)", "Tracing": "not set"}


def test_objects_are_flattened_and_lists_of_objects_become_tables() -> None:
    nested, table = settings_of(
        "code", {"vpc": {"mode": "all"}, "layers": [{"size": 2048, "name": "a"}, {"name": "b"}]}
    )[::-1]
    assert (nested.name, nested.text) == ("Vpc · Mode", "all")
    assert table.table is not None
    assert table.table.columns == ["Name", "Size"]
    assert [[str(cell) for cell in row] for row in table.table.rows] == [["a", "2 KiB"], ["b", ""]]


def test_tag_keys_stay_as_people_wrote_them() -> None:
    [setting] = settings_of("tags", {"cost_center": "42"})
    assert setting.name == "cost_center"


def test_a_section_never_read_has_no_settings() -> None:
    assert settings_of("network", None) == []


def test_a_firewall_rule_reads_as_one_line() -> None:
    rules = [
        {"protocol": "tcp", "from_port": 443, "to_port": 443, "to": "10.0.0.0/8", "kind": "cidr"},
        {"protocol": "-1", "to": "0.0.0.0/0", "name": "anywhere"},
    ]
    [setting] = settings_of("network", {"security_groups": [{"id": "sg-1", "egress": rules}]})
    assert setting.table is not None
    assert [str(cell) for cell in setting.table.rows[0]] == [
        "sg-1",
        "tcp 443 → 10.0.0.0/8, everything → 0.0.0.0/0 (anywhere)",
    ]


def test_settings_go_by_peoples_names_with_the_clouds_own_beside_them() -> None:
    told = {s.name: (s.text, s.own) for s in settings_of("encryption", {"least_tls": "1.2", "https_only": True})}
    assert told == {"HTTPS only": ("yes", "httpsOnly"), "Least TLS version": ("1.2", "minTlsVersion")}
    [native] = settings_of("config", {"native": {"remoteDebuggingEnabled": False}})
    assert (native.name, native.text, native.own) == ("Remote debugging", "no", "remoteDebuggingEnabled")


def test_constants_are_said_in_words() -> None:
    [setting] = settings_of("network", {"ingress": [{"of": "service", "setting": "INGRESS_TRAFFIC_INTERNAL_ONLY"}]})
    assert setting.table is not None
    assert [str(cell) for cell in setting.table.rows[0]] == [
        "service",
        "internal only (INGRESS_TRAFFIC_INTERNAL_ONLY)",
    ]


def test_restrictions_stand_in_the_order_in_which_they_decide() -> None:
    rules = [
        {"name": "rest", "priority": 300, "action": "Deny", "ipAddress": "Any"},
        {"name": "office", "priority": 100, "action": "Allow", "ipAddress": "10.0.0.0/8", "from": ""},
    ]
    [setting] = settings_of("network", {"ingress": rules})
    assert setting.table is not None
    assert list(setting.table.columns) == ["Priority", "Name", "Action", "Address"]
    assert [str(row[1]) for row in setting.table.rows] == ["office", "rest"]


def test_variables_that_cannot_be_told_are_unknown_and_not_none() -> None:
    [setting] = settings_of("environment", {"variables": None, "partly": "They come only with their values."})
    assert setting.unknown
    assert setting.text == "They come only with their values."
    [none] = settings_of("environment", {"variables": []})
    assert (none.text, none.unknown) == ("none", False)


def test_a_long_id_in_a_table_is_known_by_its_end() -> None:
    long = "/subscriptions/5a000000-0000-4000-8000-000000000011/resourcegroups/rg/providers/x/routetables/rt-core"
    [setting] = settings_of("network", {"subnets": [{"name": "a", "route_table": long}]})
    assert setting.table is not None
    cell = setting.table.rows[0][1]
    assert (cell.text, cell.whole) == ("…/routetables/rt-core", long)


def test_times_are_told_to_the_minute_and_for_ever_is_never() -> None:
    [setting] = settings_of(
        "keys", {"keys": [{"id": "a", "created": "2026-11-20T15:18:56.000000Z", "expires": "9999-12-31T23:59:59Z"}]}
    )
    assert setting.table is not None
    assert [str(cell) for cell in setting.table.rows[0]] == ["a", "2026-11-20 15:18 UTC", "never"]


def test_access_shows_policies_as_statements_and_the_rest_as_settings() -> None:
    body = {
        "policies": [
            {"on": "f", "of": "service", "bindings": [{"role": "roles/run.invoker", "members": ["allUsers"]}]}
        ],
        "invoker_iam_disabled": False,
    }
    rest, statements = without_statements("access", body)
    assert rest == {"invoker_iam_disabled": False}
    assert [(part.name, list(part.shown)) for part in statements[0].parts] == [
        ("role", ["roles/run.invoker"]),
        ("members", ["allUsers"]),
    ]


def test_versions_are_called_what_the_cloud_has() -> None:
    assert title_of("versions", {"aliases": []}) == "Aliases"
    assert title_of("versions", {"aliases": [], "latest": "a-1"}) == "Revisions and traffic"
    assert title_of("versions", {"slots": []}) == "Slots"
