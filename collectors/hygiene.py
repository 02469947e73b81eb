"""What keeps secrets out: values become fingerprints, and tokens in free text are masked, before anything is stored.

Shared by the providers. Pure: the key of the fingerprints comes as an argument. A *verdict* says what a value looks
like ("" = nothing secret); a value that only points to a secret store is a *reference* and no secret.
"""

import hashlib
import hmac
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from inventory.facts import Variable

Json = Any

#: Forms that give a secret away wherever they stand: name of the kind → pattern of the secret itself.
TOKENS: dict[str, str] = {
    "private key": (
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[^-]{0,20000}-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\]*)"
    ),
    "aws access key id": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "github token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255})",
    "gitlab token": r"\bgl(?:pat|dt|rt|cbt|ptt|oas)-[A-Za-z0-9_-]{20,}",
    "slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "slack webhook": r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,}",
    "stripe key": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{24,}",
    "google api key": r"\bAIza[A-Za-z0-9_-]{35}",
    "google oauth secret": r"\bGOCSPX-[A-Za-z0-9_-]{20,}|\bya29\.[A-Za-z0-9_-]{20,}",
    "sendgrid key": r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "openai key": r"\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{32,}",
    "npm token": r"\bnpm_[A-Za-z0-9]{36}",
    "pypi token": r"\bpypi-[A-Za-z0-9_-]{50,}",
    "azure storage key": r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}",
    "signed url": r"[?&](?:sig|X-Amz-Signature|X-Goog-Signature)=[A-Za-z0-9%+/=_-]{20,}",
    "azure function key": r"[?&]code=[A-Za-z0-9%+/=_-]{40,}",
    "json web token": r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    "connection string with password": r"\b[a-z][a-z0-9+.-]{1,30}://[^\s:/@'\"<>]*:[^\s/@'\"<>]{3,}@[^\s'\"<>]+",
}
#: `password=…` and the like in a sentence: here the value alone is masked.
_ASSIGNED = re.compile(
    r"(?i)(?<![:/])(\b(?:[a-z0-9]+[_-])*"
    r"(?:password|passwd|pwd|secret(?:[_-]?access)?(?:[_-]?key)?|token|api[_-]?key|access[_-]?key)"
    r"[\"']?\s*[=:]\s*[\"']?)([^\s\"'&,;<>\[\]{}]{6,})"
)
_TOKEN = re.compile("|".join(f"({pattern})" for pattern in TOKENS.values()))
_KINDS = tuple(TOKENS)
_HINT = re.compile(
    r"PRIVATE KEY|A[KS]IA[A-Z0-9]{16}|gh[pousr]_|github_pat_|\bgl[a-z]{2,4}-|xox[a-z]-|hooks\.slack|"
    r"[rs]k_(?:live|test)_|whsec_|AIza|GOCSPX|ya29\.|SG\.|sk-|npm_|pypi-|AccessKey|AccountKey|sig=|Signature=|[?&]code=|eyJ|"
    r"://[^\s/]*@|(?i:passw|pwd|secret|token|api.?key|access.?key)[\w-]*[\"'\\]*\s*[=:]"
)

_TELLING = re.compile(
    r"(?i)passw(?:or)?d|passphrase|(?:^|[_.-])(?:pwd|pass|pw)(?:$|[_.-])|secret|token|api[_.-]?key|access[_.-]?key|"
    r"private[_.-]?key|client[_.-]?key|signing[_.-]?key|encryption[_.-]?key|master[_.-]?key|credential|"
    r"(?:^|[_.-])(?:auth|dsn|salt|hmac|pat)(?:$|[_.-])|conn(?:ection)?[_.-]?str(?:ing)?|webhook"
)
#: Names that end so hold where a secret is, or how it is handled, and not the secret.
_ABOUT = re.compile(
    r"(?i)[_.-]?(?:name|names|id|ids|arn|path|prefix|suffix|url|uri|endpoint|host|issuer|audience|parameter|param|file|"
    r"dir|ttl|expiry|expires?(?:_in)?|expiration|timeout|length|size|count|limit|enabled|type|algorithm|alg|header|"
    r"region|version|field|bucket|table|rotation|days|hours|minutes|seconds|mode|scope|policy|location|ref|alias)$"
)
_REFERENCE = re.compile(
    r"(?ix)^\s*(?: arn:aws[\w-]*:(?:secretsmanager|ssm):\S+ | \{\{resolve:(?:secretsmanager|ssm|ssm-secure):[^}]+\}\} |"
    r" (?:ssm|ssm-secure|secretsmanager|aws-sm|awssm|sm|gcp-sm|vault|akv|keyvault|op)(?::/?/?|://)\S+ |"
    r" projects/[^/\s]+/secrets/\S+ | @Microsoft\.KeyVault\(.+\) )\s*$"
)
_PLACEHOLDER = re.compile(
    r"(?i)^(?:\$\{.*\}|\$\(.*\)|<.*>|\{\{.*\}\}|x{3,}|\*+|\.{3,}|n/?a|none|null|nil|undefined|todo|tbd|"
    r"true|false|yes|no|on|off)?$"
)
_PLAIN = re.compile(r"^(?:-?\d+(?:\.\d+)?|/[\w./-]+|arn:[\w-]+:\S+|https?://[^\s@]+|[A-Za-z]+(?:[ _-][A-Za-z]+){0,3})$")
_AWS_SECRET = re.compile(r"^[A-Za-z0-9/+]{40}$")


def fingerprint(value: str, key: str) -> str:
    """A keyed hash of a value: tells whether two values are equal, and nothing else without the key."""
    return hmac.new(key.encode(), value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def length_class(value: str) -> str:
    """How long a value is, no finer than a few classes: its exact length would help to guess it."""
    for limit, name in ((0, "empty"), (7, "1-7"), (15, "8-15"), (31, "16-31"), (63, "32-63"), (255, "64-255")):
        if len(value) <= limit:
            return name
    return "256+"


def reference(value: str) -> str:
    """The id of the secret store's entry that a value points to, or "" when it points to none."""
    return value.strip() if _REFERENCE.match(value) else ""


def verdict(name: str, value: str) -> str:
    """What kind of secret a value looks like under this name; "" when it does not look like one.

    A telling name alone is not enough: values that are plain words, numbers, paths, addresses or placeholders, and
    names that say where a secret is kept, are nothing.
    """
    if reference(value) or _PLACEHOLDER.match(value.strip()):
        return ""
    found = _TOKEN.search(value)
    if found:
        return _KINDS[(found.lastindex or 1) - 1]
    if not _TELLING.search(name) or (_ABOUT.search(name) and not re.search(r"(?i)access[_.-]?key[_.-]?id$", name)):
        return ""
    if _AWS_SECRET.match(value) and _entropy(value) > 3.5:
        return "aws secret key"
    if re.search(r"(?i)passw|passphrase|pwd|(?:^|[_.-])pass(?:$|[_.-])", name):
        return "" if value.startswith(("/", "arn:", "http://", "https://")) else "password"
    if _PLAIN.match(value) and not (len(value) >= 16 and _entropy(value) > 3.2 and value.isalnum()):
        return ""
    return "high-entropy value" if len(value) >= 8 and _entropy(value) >= 2.8 else ""


def _entropy(value: str) -> float:
    """Bits a character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) if value else 0.0


def variable(name: str, value: str, key: str) -> Variable:
    """What may be kept of an environment variable."""
    kept: Variable = {
        "name": mask(name),
        "fingerprint": fingerprint(value, key),
        "length": length_class(value),
        "verdict": verdict(name, value),
    }
    if pointed := reference(value):
        kept["reference"] = mask(pointed)
    return kept


def suspicious(text: str) -> bool:
    """Whether a text may hold something that `mask` would take out; quick, and never wrongly False."""
    return _HINT.search(text) is not None


def mask(text: str) -> str:
    """The text with everything that looks like a secret replaced by what it looked like."""
    if not suspicious(text):
        return text
    masked = _TOKEN.sub(lambda found: f"[masked: {_KINDS[(found.lastindex or 1) - 1]}]", text)
    return _ASSIGNED.sub(lambda found: found[1] + "[masked]", masked)


def mask_all(value: Json) -> Json:
    """`mask` on every text of a JSON value, keys included."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {mask(str(key)): mask_all(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask_all(inner) for inner in value]
    return value


def mask_tag(key: str, value: str) -> str:
    """A tag's or label's value, masked also when only its key tells that it is a secret."""
    kind = verdict(key, value)
    return f"[masked: {kind}]" if kind else mask(value)
