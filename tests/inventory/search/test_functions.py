"""Queries over the cast find what they say, and what is not known is in neither a thing nor its opposite."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from findings.access.ladder import Exposure
from findings.access.privilege import Power
from inventory.models import Function, Identity
from inventory.rungs import EXPOSURE, POWERS
from inventory.search.field import Field
from inventory.search.lists import FUNCTIONS, IDENTITIES, LISTS, ParseError
from inventory.system_user import EVERYTHING
from tests.cast import DAY_TWO, NUMBER, THUMBNAILS_URL, Cast, native_id

NOON = DAY_TWO + timedelta(hours=3)
EVERYONE = {"checkout", "thumbnails", "janitor", "mailer", "invoices"}


def found(cast: Cast, query: str) -> set[str]:
    return set(FUNCTIONS.search(query, cast.analyst, NOON).rows().values_list("name", flat=True))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", EVERYONE),
        ("check", {"checkout"}),
        ("CHECK*OUT", {"checkout"}),
        (native_id("mailer"), {"mailer"}),
        ("mail OR jan", {"mailer", "janitor"}),
        ("%", set()),
        ("name:check*", {"checkout"}),
        ("name:check", set()),
        ("-name:check*", EVERYONE - {"checkout"}),
        (f"account:{NUMBER}", EVERYONE),
        ("account:shop", EVERYONE),
        ("account:elsewhere", set()),
        ("group:shop -region:eu-*", set()),
        ("runtime:eol", {"thumbnails"}),
        ("runtime:python", EVERYONE - {"thumbnails"}),
        ("runtime:nodejs16.x,python3.13", EVERYONE),
        ("memory:512", {"checkout"}),
        ("memory:<512", EVERYONE - {"checkout"}),
        ("memory:1GiB..2GiB", set()),
        ("timeout:15s", EVERYONE),
        ("tag.env:prod", EVERYONE - {"invoices"}),
        ("-tag.env:*", {"invoices"}),
        ("tag.ENV:PROD team", set()),
        ("tag:team tag.team:office", {"mailer", "invoices"}),
        ("has:url", {"thumbnails"}),
        ("url:none", {"thumbnails"}),
        ("url:no", EVERYONE - {"thumbnails"}),
        ("has:vpc", EVERYONE - {"thumbnails"}),
        ("network:none", {"thumbnails"}),
        ("vpc:vpc-0a1b", EVERYONE - {"thumbnails"}),
        ("trigger:s3", {"thumbnails"}),
        ("trigger:none", {"checkout", "mailer", "invoices"}),
        ("env:SMTP_PASSWORD", {"mailer"}),
        ("env:SMTP", set()),
        ("env:smtp_*", {"mailer"}),
        ("has:secrets", {"mailer"}),
        ("identity:janitor-admin", {"janitor"}),
        ("identity:*:role/office-*", {"mailer", "invoices"}),
        ("shared:>1", {"mailer", "invoices"}),
        ("policy:everything", {"janitor"}),
        ("policy:off*", {"mailer", "invoices"}),
        ("privilege:admin", {"janitor"}),
        ("privilege:>=write", {"janitor", "checkout", "thumbnails"}),
        ("exposure:public", {"thumbnails"}),
        ("exposure:>=external", {"thumbnails"}),
        ("exposure:service-scoped", {"checkout"}),
        ("egress:any", {"thumbnails"}),
        ("invoker:public", {"thumbnails"}),
        ("invoker:apigateway.amazonaws.com", {"checkout"}),
        ("invoker:service", {"checkout"}),
        ("principal:*.amazonaws.com", {"checkout"}),
        ("is:public", {"thumbnails"}),
        ("is:gone", {"legacy"}),
        ("is:gone OR name:mailer", {"legacy", "mailer"}),
        ("-is:gone", EVERYONE),
        ("is:stale", EVERYONE),
        ("is:unread", {"invoices"}),
        ("unread:access", {"invoices"}),
        ("power:secrets-read", {"mailer", "invoices"}),
        ("changed:<4h", {"checkout", "thumbnails"}),
        ("changed:2026-03-03", {"checkout", "thumbnails"}),
        ("changed:..2026-03-02", EVERYONE - {"checkout", "thumbnails"}),
        ("changed:>2026-03-02", {"checkout", "thumbnails"}),
        ("first-seen:<=2026-03-02", EVERYONE),
        ("key:*:key/1f2e", EVERYONE),
        ("log-retention:<60d", EVERYONE),
        ("has:concurrency", set()),
    ],
)
def test_a_query_finds_what_it_says(cast: Cast, query: str, names: set[str]) -> None:
    assert found(cast, query) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("can:s3:GetObject", {"janitor", "mailer", "invoices", "thumbnails"}),
        ("can:S3:getobject", {"janitor", "mailer", "invoices", "thumbnails"}),
        ("can:s3:*", {"janitor", "mailer", "invoices", "thumbnails"}),
        ("can:secretsmanager:GetSecretValue", {"janitor", "mailer", "invoices"}),
        ("-can:secretsmanager:GetSecretValue", {"checkout", "thumbnails"}),
        ("can:iam:PassRole", {"janitor"}),
        ("can:s3:GetObject on:arn:aws:s3:::elsewhere/x", {"janitor", "mailer", "invoices"}),
        ("can:s3:GetObject on:arn:aws:s3:::acme-uploads/x", {"janitor", "mailer", "invoices", "thumbnails"}),
        ("can:storage.objects.get", set()),
        ("can:Microsoft.Web/sites/write", set()),
    ],
)
def test_can_asks_for_any_action(cast: Cast, query: str, names: set[str]) -> None:
    assert found(cast, query) == names


def test_what_is_not_known_is_in_neither_a_thing_nor_its_opposite(cast: Cast) -> None:
    assert "invoices" not in found(cast, "exposure:public") | found(cast, "-exposure:public")
    assert "invoices" not in found(cast, "invoker:service") | found(cast, "-invoker:service")
    assert "invoices" not in found(cast, "NOT (exposure:public OR name:zzz)")
    assert found(cast, "exposure:unknown") == found(cast, "unknown:exposure") == {"invoices"}
    assert found(cast, "-exposure:unknown") == EVERYONE - {"invoices"}
    Function.objects.filter(name="mailer").update(runtime=None, runtime_eol=None)
    assert "mailer" not in found(cast, "runtime:eol") | found(cast, "-runtime:eol") | found(cast, "-runtime:java")
    assert found(cast, "runtime:unknown") == {"mailer"}


def test_what_an_identity_may_do_is_not_known_before_it_was_read(cast: Cast) -> None:
    Identity.objects.filter(name="checkout").update(policy_count=None)
    assert "checkout" not in found(cast, "can:s3:GetObject") | found(cast, "-can:s3:GetObject")


def test_an_outsider_finds_nothing(cast: Cast) -> None:
    assert not FUNCTIONS.search("", AnonymousUser(), NOON).rows().exists()


def test_the_url_of_an_entry_point_is_not_searched_by_words(cast: Cast) -> None:
    assert found(cast, THUMBNAILS_URL) == set()


@pytest.mark.parametrize(
    ("query", "start", "says"),
    [
        ("memory:lots", 7, "A size in MiB"),
        ("a privilege:root", 12, "One of none, read, write, near-admin, admin"),
        ("changed:soon", 8, "A time such as"),
        ("changed:<99999999y", 8, "A time such as"),
        ("changed:2026-13-01", 8, "A time such as"),
        ("has:wings", 4, "One of url"),
        ("is:nice", 3, "One of public"),
        ("name:>3", 5, "takes no “>”"),
        ("shared:9999999999999", 7, "A number"),
        ("unknown:name", 8, "A field that can be unknown"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(cast: Cast, query: str, start: int, says: str) -> None:
    with pytest.raises(ParseError) as caught:
        found(cast, query)
    assert says in caught.value.message
    assert caught.value.start == start


def fields() -> list[tuple[str, Field]]:
    return [(name, field) for name, one in LISTS.items() for field in {f.name: f for f in one.fields.values()}.values()]


@pytest.mark.parametrize(("listed", "field"), fields(), ids=lambda value: getattr(value, "name", value))
def test_every_field_has_help_and_an_example_that_works(cast: Cast, listed: str, field: Field) -> None:
    assert field.help.endswith((".", "…"))
    assert field.name in field.example
    suffix = ".x" if field.keyed else ""
    offered = [f"{field.name}:{value}" for value in field.values]
    for query in [field.example, f"NOT ({field.example})", *offered, *(f"-{one}" for one in offered)]:
        LISTS[listed].search(query, cast.analyst, NOON).rows().count()
    if field.unknown is not None:
        LISTS[listed].search(f"{field.name}{suffix}:unknown", cast.analyst, NOON).rows().count()


HOSTILE = st.one_of(
    st.sampled_from(["\x00", "\ud800", "%", "_", "\\", "'", '"', "*" * 50, "1e9", "-1", "99999999999", "٣", "..", "<",
                     "9y..1s", "__class__", "0001-01-01", "9999-12-31", "2026-01-01T99:00", "eol<9", "a" * 900]),
    st.text(max_size=20),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(FUNCTIONS.fields)), value=HOSTILE, quote=st.booleans())
def test_no_value_can_make_a_database_error(cast: Cast, name: str, value: str, quote: bool) -> None:
    query = f'{name}:"{value}" -{name}:"{value}"' if quote else f"{name}:{value} OR -{name}:<{value}"
    try:
        FUNCTIONS.search(query, cast.analyst, NOON).rows().count()
    except ParseError as error:
        assert error.message


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"checkout", "janitor-admin", "office-shared", "thumbnails"}),
        ("functions:>1", {"office-shared"}),
        ("is:shared OR policy:everything", {"office-shared", "janitor-admin"}),
        ("can:iam:PassRole", {"janitor-admin"}),
        ("-can:s3:GetObject", {"checkout"}),
        ("privilege:admin", {"janitor-admin"}),
        ("role/office", {"office-shared"}),
        ("last-used:unknown", {"checkout", "janitor-admin", "office-shared", "thumbnails"}),
        ("power:data-read", {"office-shared", "thumbnails"}),
        ("privilege:>=write -power:admin", {"checkout", "thumbnails"}),
        ("kind:role policies:1", {"checkout", "janitor-admin", "office-shared", "thumbnails"}),
    ],
)
def test_identities_are_searched_in_the_same_language(cast: Cast, query: str, names: set[str]) -> None:
    assert set(IDENTITIES.search(query, cast.analyst, NOON).rows().values_list("name", flat=True)) == names


def test_the_ladder_of_the_search_is_that_of_the_judgement() -> None:
    assert tuple(rung.value for rung in Exposure) == EXPOSURE
    assert {power.value for power in Power} == set(POWERS)


@pytest.mark.parametrize("query", ["provider:(", "provider:()", "provider:awss", 'provider:"aw*"', "provider:>aws"])
@pytest.mark.parametrize("listed", sorted(LISTS))
def test_what_is_no_cloud_is_an_error_and_not_an_empty_list(cast: Cast, listed: str, query: str) -> None:
    with pytest.raises(ParseError):
        LISTS[listed].search(query, EVERYTHING, DAY_TWO).rows()
    assert LISTS[listed].search("provider:a*,GCP", EVERYTHING, DAY_TWO).rows() is not None
