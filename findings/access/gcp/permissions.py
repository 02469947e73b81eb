"""Google's two spellings of a permission, and matching of deny-rule permissions.

Allow policies and roles write `run.routes.invoke`; deny policies and principal access boundaries write
`run.googleapis.com/routes.invoke` and know groups: `host/resource.*`, `host/*.verb`, `host/*.*`
(cloud.google.com/iam/docs/deny-permissions-support).
"""

from fnmatch import fnmatchcase
from functools import lru_cache

# Services whose host does not begin with the prefix their permissions have.
HOSTS = {
    "cloudresourcemanager.googleapis.com": "resourcemanager",
    "sqladmin.googleapis.com": "cloudsql",
    "bigtableadmin.googleapis.com": "bigtable",
    "firestore.googleapis.com": "datastore",
}


def role_spelling(permission: str) -> str:
    """`run.googleapis.com/routes.invoke` as `run.routes.invoke`; a name already spelt so is returned as it is."""
    host, slash, rest = permission.partition("/")
    if not slash:
        return permission
    return f"{HOSTS.get(host, host.partition('.')[0])}.{rest}"


@lru_cache(maxsize=8192)
def matches(pattern: str, permission: str) -> bool:
    """Whether a denied or blocked permission (exact, or a group with `*`) covers the permission, in any spelling."""
    mine, theirs = role_spelling(pattern), role_spelling(permission)
    if "*" not in mine:
        return mine == theirs
    prefix, _, rest = mine.partition(".")
    if prefix != theirs.partition(".")[0]:
        return False
    wanted_resource, _, wanted_verb = rest.rpartition(".")
    resource, _, verb = theirs.partition(".")[2].rpartition(".")
    return fnmatchcase(resource, wanted_resource or "*") and fnmatchcase(verb, wanted_verb)
