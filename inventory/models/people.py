"""The people who use Fanlight, what they may do, and where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from inventory.models.account import Account


class Role(models.TextChoices):
    """Four roles, each of which may do all that the one before it may."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    OPERATOR = "operator"
    ADMIN = "admin"


#: The one place that says what a role may do. `view` reads and exports; `triage` says what becomes of findings;
#: `collect` starts collections and tests; `connect` adds and changes accounts; `administer` is for people and settings.
ALLOWED: dict[str, frozenset[str]] = {
    Role.VIEWER: frozenset({"view"}),
    Role.ANALYST: frozenset({"view", "triage"}),
    Role.OPERATOR: frozenset({"view", "triage", "collect", "connect"}),
    Role.ADMIN: frozenset({"view", "triage", "collect", "connect", "administer"}),
}
VERBS: tuple[str, ...] = ("view", "triage", "collect", "connect", "administer")


def least_role(verb: str) -> Role:
    """The first role that may do it; raises ValueError for a verb that there is not."""
    for role in Role:
        if verb in ALLOWED[role]:
            return role
    raise ValueError(f"{verb!r} is none of {', '.join(VERBS)}")


@dataclass(frozen=True)
class Places:
    """Where something may be done: on all accounts, or on those of these keys and groups; `only` limits it further."""

    everywhere: bool = False
    accounts: frozenset[int] = field(default_factory=frozenset)
    groups: frozenset[int] = field(default_factory=frozenset)
    only: frozenset[int] | None = None

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.accounts or self.groups)

    def has(self, account: Account) -> bool:
        """Whether this account is among them."""
        if self.only is not None and account.pk not in self.only:
            return False
        return self.everywhere or account.pk in self.accounts or account.group_id in self.groups

    def condition(self) -> Q | None:
        """The filter of accounts; None when it is all of them, so that nothing need be asked."""
        if self.everywhere:
            return None if self.only is None else Q(pk__in=self.only)
        held = Q(pk__in=self.accounts) | Q(group__in=self.groups) if self.groups else Q(pk__in=self.accounts)
        return held if self.only is None else held & Q(pk__in=self.only)


NOWHERE = Places()


class People(UserManager["User"]):
    """Makes people by name and password: a viewer of all accounts unless another role (or "" for none) is given."""

    use_in_migrations = False

    def create_user(self, username: str, email: str | None = None, password: str | None = None, **more: Any) -> User:
        return super().create_user(username, email, password, **{"role": Role.VIEWER, **more})

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **more: Any
    ) -> User:
        """An admin of all accounts. What Django calls a superuser is no power here."""
        return self.create_user(username, email, password, **{"role": Role.ADMIN, **more})


class User(AbstractUser):
    """A person who signs in. `role` is the one on all accounts; it is empty for people whose roles are narrower
    (`Assignment`) or who have none yet. `local` people may use their password even where single sign-on is the only
    way for everybody else. Django's `is_staff` and `is_superuser` mean nothing here.
    """

    email = models.EmailField(blank=True)
    role = models.CharField(max_length=10, choices=Role, blank=True, default="")
    local = models.BooleanField(default=False)
    preferences = models.JSONField(default=dict, blank=True)

    objects: ClassVar[People] = People()

    #: What a token leaves of its owner's powers; None for somebody who signed in.
    _cap: tuple[str, frozenset[int] | None] | None = None

    def preference(self, name: str, default: Any = None) -> Any:
        """A kept choice of this person, such as the columns of a list or the theme."""
        return self.preferences.get(name, default)

    def places(self, verb: str) -> Places:
        """Where this person may do it. Asks the database only when the role on all accounts does not say yes."""
        if not self.is_active or (self._cap and verb not in ALLOWED[self._cap[0]]):
            return NOWHERE
        only = self._cap[1] if self._cap else None
        if self.role and verb in ALLOWED[self.role]:
            return Places(everywhere=True, only=only)
        return replace(self._narrower(verb), only=only)

    def may(self, verb: str, account: Account | None = None) -> bool:
        """Whether this person may do it on this account, or, without one, on all accounts."""
        return may(self, verb, account)

    def may_somewhere(self, verb: str) -> bool:
        """Whether there is any place where this person may do it: what pages and buttons are shown by."""
        return bool(self.places(verb))

    def capped(self, role: str, only: Collection[int] | None = None) -> User:
        """This person with no more powers than a role has, on no other accounts than these: for a token of theirs."""
        self._cap = (role, None if only is None else frozenset(only))
        return self

    def _narrower(self, verb: str) -> Places:
        if "_held" not in self.__dict__:
            # Whoever is signed in was loaded with whether there are any (config.sign_on.rule); most have none.
            some = self.__dict__.get("has_assignments", True)
            self.__dict__["_held"] = (
                list(self.assignments.values_list("role", "account_id", "group_id")) if some else []
            )
        held = [(account, group) for role, account, group in self.__dict__["_held"] if verb in ALLOWED[role]]
        return Places(
            accounts=frozenset(account for account, _ in held if account),
            groups=frozenset(group for _, group in held if group),
        )

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.pop("_held", None)
        self.__dict__.pop("has_assignments", None)
        super().refresh_from_db(*args, **kwargs)


def places_of(user: User | Any, verb: str) -> Places:
    """Where whoever asks may do it: nowhere for somebody who is not signed in."""
    return user.places(verb) if getattr(user, "is_authenticated", False) else NOWHERE


def may(user: User | Any, verb: str, account: Account | None = None) -> bool:
    """Whether whoever asks may do it on this account, or, without one, on all accounts."""
    places = places_of(user, verb)
    return places.has(account) if account else places.everywhere and places.only is None


class Assignment(models.Model):
    """A role on one account or on the accounts of one group; somebody may hold several."""

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=10, choices=Role)
    account = models.ForeignKey("inventory.Account", models.CASCADE, null=True, blank=True, related_name="assignments")
    group = models.ForeignKey(
        "inventory.AccountGroup", models.CASCADE, null=True, blank=True, related_name="assignments"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=True) ^ Q(group__isnull=True), name="assignment_of_account_or_group"
            ),
            models.UniqueConstraint(fields=["user", "role", "account"], name="assignment_of_account"),
            models.UniqueConstraint(fields=["user", "role", "group"], name="assignment_of_group"),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.account or self.group}"


class SavedSearch(models.Model):
    """A named query of a list, addressable by its slug; shared ones are offered to everybody."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="searches")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=120)
    list_name = models.CharField(max_length=40, default="functions")
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "slug"], name="saved_search_slug")]

    def __str__(self) -> str:
        return self.name


class ColumnSet(models.Model):
    """Columns of a list under a name, in their order; shared ones are offered to everybody."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="column_sets")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=120)
    list_name = models.CharField(max_length=40, default="functions")
    columns = models.JSONField(default=list)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "slug"], name="column_set_slug")]

    def __str__(self) -> str:
        return self.name
