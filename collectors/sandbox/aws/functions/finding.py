"""Which function, version or alias a question means."""

from collectors.sandbox.aws.asked import Asked
from collectors.sandbox.aws.protocol import Refused, missing
from collectors.sandbox.estate.aws.function import Function, Version


def named(asked: Asked, parameter: str = "FunctionName") -> tuple[Function, str]:
    """The function and the qualifier, from a name, a partial ARN or an ARN. Raises Refused when there is none."""
    given = asked.text(parameter)
    account, region, rest = asked.account, asked.region, given
    if given.startswith("arn:"):
        _, _, _, region, account, _, rest = (given + "::").split(":", 6)
        rest = rest.removesuffix("::")
    elif ":function:" in given:
        account, _, rest = given.split(":", 2)
    name, _, in_name = rest.partition(":")
    qualifier = in_name or asked.text("Qualifier")
    function = asked.state.function(account, region, name) if (account, region) == _here(asked) else None
    if function is None:
        where = f"arn:aws:lambda:{region}:{account}:function:{name}"
        raise missing(f"Function not found: {where}{':' + qualifier if qualifier else ''}")
    return function, qualifier


def _here(asked: Asked) -> tuple[str, str]:
    return asked.account, asked.region


def version_of(function: Function, qualifier: str) -> Version | None:
    """The version a qualifier leads to; None is the unpublished one. Raises Refused when there is none."""
    if qualifier in ("", "$LATEST"):
        return None
    alias = next((alias for alias in function.aliases if alias.name == qualifier), None)
    number = alias.version if alias else qualifier
    for version in function.versions:
        if str(version.number) == number:
            return version
    raise missing(f"Function not found: {function.qualified(qualifier)}")


def place_of(function: Function, qualifier: str) -> str:
    """The qualifier when it exists, as policies and URLs are kept under it. Raises Refused when it does not."""
    if qualifier == "$LATEST":
        raise Refused("We currently do not support policies for $LATEST.", "no_parameter")
    if qualifier:
        version_of(function, qualifier)
    return qualifier
