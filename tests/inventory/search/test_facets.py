"""Facets count what the query finds without their own terms."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from inventory.models import Account, Function
from inventory.search.facets import Facet, facets, qualifiers
from inventory.search.lists import FUNCTIONS, IDENTITIES, Search
from tests.cast import DAY_TWO, Cast


def search(cast: Cast, query: str) -> Search:
    return FUNCTIONS.search(query, cast.analyst, DAY_TWO)


def counts(facet: Facet) -> dict[str, int]:
    return {choice.value: choice.count for choice in facet.choices}


def test_every_facet_of_the_list_is_counted(cast: Cast) -> None:
    found = {facet.name: counts(facet) for facet in facets(search(cast, ""), FUNCTIONS.facets)}
    assert found == {
        "provider": {"aws": 5},
        "account": {"acme-prod": 5},
        "region": {"eu-west-1": 5},
        "privilege": {"read": 2, "write": 2, "admin": 1},
        "exposure": {"none": 2, "public_anonymous": 1, "service_scoped": 1, "unknown": 1},
        "worst": {"unknown": 5},
        "network": {"any": 4, "none": 1},
        "runtime": {"python3.13": 4, "nodejs16.x": 1},
        "trigger": {"s3": 1, "schedule": 1},
        "tag": {"team": 5, "env": 4},
        "state": {"active": 5},
    }


def test_a_facet_leaves_out_its_own_term_and_no_other(cast: Cast) -> None:
    runtime, network = facets(search(cast, "runtime:nodejs16.x has:url"), ["runtime", "network"])
    assert counts(runtime) == {"nodejs16.x": 1}
    runtime, network = facets(search(cast, "runtime:nodejs16.x"), ["runtime", "network"])
    assert counts(runtime) == {"python3.13": 4, "nodejs16.x": 1}
    assert counts(network) == {"none": 1}
    assert [choice.wanted for choice in runtime.choices] == [False, True]


def test_each_count_is_what_the_click_finds(cast: Cast) -> None:
    for query in ("", "mail OR check", "-tag.env:dev runtime:python*"):
        for facet in facets(search(cast, query), FUNCTIONS.facets):
            for choice in facet.choices:
                if not choice.wanted and not facet.is_set:
                    assert search(cast, choice.toggle).rows().count() == choice.count, choice


def test_an_active_value_stays_visible_with_its_count(cast: Cast) -> None:
    (exposure,) = facets(search(cast, "exposure:public -exposure:external"), ["exposure"])
    active = {choice.value: (choice.count, choice.wanted, choice.excluded) for choice in exposure.choices}
    assert active["public"] == (1, True, False)
    assert active["external"] == (0, False, True)


def test_a_facet_says_how_many_more_there_are(cast: Cast) -> None:
    (privilege,) = facets(search(cast, ""), ["privilege"], shown=1)
    assert len(privilege.choices) == 1
    assert privilege.more == 2


def test_nothing_found_gives_empty_facets(cast: Cast) -> None:
    assert [facet.choices for facet in facets(search(cast, "name:nobody"), ["provider", "account"])] == [[], []]
    assert [facet.choices for facet in facets(search(cast, "account:nobody"), ["provider"])] == [[]]


def test_accounts_of_one_name_are_told_apart(cast: Cast) -> None:
    other = Account.objects.create(provider="aws", native_id="999", name="acme-prod")
    search(cast, "").rows().filter(name="mailer").update(account=other)
    (account,) = facets(search(cast, ""), ["account"])
    assert counts(account) == {cast.account.native_id: 4, "999": 1}


def test_an_outsider_sees_no_counts(cast: Cast) -> None:
    found = facets(FUNCTIONS.search("", AnonymousUser(), DAY_TWO), FUNCTIONS.facets)
    assert all(not facet.choices for facet in found)


def test_the_number_of_queries_is_that_of_the_bases(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):  # how the tag is written, one pass, account names, triggers, tags
        facets(search(cast, "-tag.env:dev"), FUNCTIONS.facets)


def test_identities_have_facets_too(cast: Cast) -> None:
    found = facets(IDENTITIES.search("", cast.analyst, DAY_TWO), IDENTITIES.facets)
    assert {facet.name: counts(facet) for facet in found}["kind"] == {"role": 4}


@pytest.mark.parametrize("query", ["runtime:python3.13 has:url", "(a OR b) has:url name:zzz"])
def test_an_empty_result_tells_what_each_part_costs(cast: Cast, query: str) -> None:
    for _, rest, count in qualifiers(search(cast, query)):
        assert search(cast, rest).rows().count() == count


def test_one_word_stands_for_the_state_in_three_clouds_and_a_clouds_own_word_for_itself(cast: Cast) -> None:
    rows = list(Function.objects.filter(gone_at=None).order_by("name")[:4])
    for row, word in zip(rows, ("Active", "ACTIVE", "Running", "OFFLINE"), strict=True):
        Function.objects.filter(pk=row.pk).update(state=word)
    names = {row.name for row in rows[:3]}
    Function.objects.exclude(pk__in=[row.pk for row in rows]).update(state=None)

    def found(query: str) -> set[str]:
        return set(FUNCTIONS.search(query, cast.analyst, DAY_TWO).rows().values_list("name", flat=True))

    assert found("state:active") == found("state:Active") == names
    assert found("state:running") == {rows[2].name} and found("state:stopped") == {rows[3].name}
    assert found("-state:active") == {rows[3].name}, "of the others it is not known"
    (facet,) = facets(FUNCTIONS.search("", cast.analyst, DAY_TWO), ["state"])
    told = {choice.value: choice.count for choice in facet.choices}
    assert (told["active"], told["stopped"]) == (3, 1) and "ACTIVE" not in told
