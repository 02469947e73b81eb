"""The known world is what its description says."""

from inventory.models import Activity, Function
from tests.cast import Cast, latest, resource


def test_the_cast_has_a_history(cast: Cast) -> None:
    assert set(cast.functions) == {"checkout", "thumbnails", "janitor", "mailer", "invoices", "legacy"}
    assert latest("checkout").number == 2
    assert latest("checkout").changed == ["config"]
    assert set(latest("thumbnails").changed) == {"access", "entry_points"}
    assert latest("janitor").number == 1
    assert cast.functions["legacy"].gone_at is not None


def test_the_cast_runs_as_its_identities(cast: Cast) -> None:
    shared = cast.identities["office-shared"].resource
    assert set(Function.objects.filter(identity=shared).values_list("name", flat=True)) == {"mailer", "invoices"}
    assert cast.identities["janitor-admin"].grants.get().statement.patterns.get().text == "*"


def test_what_could_not_be_read_is_unknown(cast: Cast) -> None:
    assert resource("invoices").unread["access"]["permission"] == "lambda:GetPolicy"
    assert "access" not in resource("invoices").document


def test_activity_names_who_did_it(cast: Cast) -> None:
    assert Activity.objects.get(resource=resource("thumbnails")).action == "AddPermission20150331v2"
