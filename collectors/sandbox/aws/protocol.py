"""The six protocols AWS services speak: how a question is read, an answer written and a refusal worded.

Sources: the protocol sections of the Smithy documentation and the answers botocore 1.44 parses."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl

from collectors.sandbox.aws import cbor, xml
from collectors.sandbox.wire import Answer

Protocol = Literal["rest-json", "rest-xml", "json", "query", "ec2", "cbor"]
Params = dict[str, Any]
Reason = Literal["throttle", "error500", "denied", "expired", "no_client", "no_operation", "no_parameter"]

_CODES: dict[Reason, dict[Protocol, tuple[str, int]]] = {
    "throttle": {
        "rest-json": ("TooManyRequestsException", 429),
        "json": ("ThrottlingException", 400),
        "query": ("Throttling", 400),
        "ec2": ("RequestLimitExceeded", 503),
    },
    "error500": {
        "rest-json": ("ServiceException", 500),
        "json": ("InternalFailure", 500),
        "query": ("InternalFailure", 500),
        "ec2": ("InternalError", 500),
    },
    "denied": {
        "rest-json": ("AccessDeniedException", 403),
        "json": ("AccessDeniedException", 400),
        "query": ("AccessDenied", 403),
        "ec2": ("UnauthorizedOperation", 403),
    },
    "expired": {
        "rest-json": ("ExpiredTokenException", 403),
        "json": ("ExpiredTokenException", 400),
        "query": ("ExpiredToken", 403),
        "ec2": ("RequestExpired", 400),
    },
    "no_client": {
        "rest-json": ("UnrecognizedClientException", 403),
        "json": ("UnrecognizedClientException", 400),
        "query": ("InvalidClientTokenId", 403),
        "ec2": ("AuthFailure", 401),
    },
    "no_operation": {
        "rest-json": ("UnknownOperationException", 404),
        "json": ("UnknownOperationException", 404),
        "query": ("InvalidAction", 400),
        "ec2": ("InvalidAction", 400),
    },
    "no_parameter": {
        "rest-json": ("InvalidParameterValueException", 400),
        "json": ("ValidationException", 400),
        "query": ("ValidationError", 400),
        "ec2": ("InvalidParameterValue", 400),
    },
}


class Refused(Exception):
    """AWS says no. Either for a `reason` every service has a code for, or with a code of its own."""

    def __init__(self, message: str, reason: Reason | None = None, code: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.reason, self.code, self.status = message, reason, code, status

    def worded(self, protocol: Protocol) -> tuple[str, int]:
        """The code and HTTP status in this protocol."""
        if self.reason is None:
            return self.code, self.status
        codes = _CODES[self.reason]
        return codes["json" if protocol == "cbor" else "query" if protocol == "rest-xml" else protocol]


def missing(message: str) -> Refused:
    """Nothing of that name, in the words of the JSON services."""
    return Refused(message, code="ResourceNotFoundException", status=404)


def nested(pairs: list[tuple[str, str]]) -> Params:
    """Dotted names of the query protocols as plain values: `Filter.1.Value.2` and `Filter.member.1` are lists."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        *way, last = [step for step in name.split(".") if step != "member"]
        branch = tree
        for step in way:
            branch = branch.setdefault(step, {})
        branch[last] = value
    return {name: _listed(value) for name, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if all(name.isdigit() for name in value):
        return [_listed(value[name]) for name in sorted(value, key=int)]
    return {name: _listed(inner) for name, inner in value.items()}


def read_body(protocol: Protocol, body: bytes) -> Params:
    """The parameters in a body. Raises Refused when it cannot be read."""
    try:
        match protocol:
            case "rest-xml":
                return {}
            case "query" | "ec2":
                return nested(parse_qsl(body.decode(), keep_blank_values=True))
            case "cbor":
                read = cbor.decode(body) if body else {}
            case _:
                read = json.loads(body) if body else {}
    except (ValueError, IndexError) as fault:
        raise Refused(f"The body cannot be read: {fault}", code="SerializationException") from fault
    return read if isinstance(read, dict) else {}


def write(protocol: Protocol, operation: str, namespace: str, value: Mapping[str, Any], request_id: str) -> Answer:
    headers = {"x-amzn-RequestId": request_id}
    match protocol:
        case "query":
            result = xml.element(f"{operation}Result", value, "member")
            meta = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
            return _xml(200, f'<{operation}Response xmlns="{namespace}">{result}{meta}</{operation}Response>', headers)
        case "ec2":
            inside = f"<requestId>{request_id}</requestId>" + "".join(
                xml.element(name, inner, "item") for name, inner in value.items()
            )
            return _xml(200, f'<{operation}Response xmlns="{namespace}">{inside}</{operation}Response>', headers)
        case "rest-xml" if isinstance(value.get("Payload"), str):
            payload = value["Payload"]
            kind = "text/xml" if payload.startswith("<") else "application/json"
            return Answer(200, payload.encode(), kind, headers)
        case "rest-xml":
            inside = "".join(xml.element(name, inner, "member") for name, inner in value.items())
            return _xml(200, inside, headers)
        case "cbor":
            return Answer(200, cbor.encode(value), "application/cbor", {**headers, "smithy-protocol": "rpc-v2-cbor"})
        case _:
            return Answer(200, _json(value), _json_type(protocol), headers)


def write_refusal(protocol: Protocol, refused: Refused, request_id: str) -> Answer:
    code, status = refused.worded(protocol)
    headers = {"x-amzn-RequestId": request_id}
    fault = "Sender" if status < 500 else "Receiver"
    match protocol:
        case "query":
            error = {"Type": fault, "Code": code, "Message": refused.message}
            inside = xml.element("Error", error, "member") + f"<RequestId>{request_id}</RequestId>"
            return _xml(status, f"<ErrorResponse>{inside}</ErrorResponse>", headers)
        case "rest-xml":
            return _xml(status, xml.element("Error", {"Code": code, "Message": refused.message}, "member"), headers)
        case "ec2":
            errors = xml.element("Errors", [{"Code": code, "Message": refused.message}], "Error")
            return _xml(status, f"<Response>{errors}<RequestID>{request_id}</RequestID></Response>", headers)
        case "cbor":
            body = cbor.encode({"__type": code, "message": refused.message})
            return Answer(status, body, "application/cbor", {**headers, "smithy-protocol": "rpc-v2-cbor"})
        case "json":
            body = _json({"__type": code, "message": refused.message})
            return Answer(status, body, _json_type(protocol), headers)
        case _:
            said = {
                "Type": "User" if status < 500 else "Service",
                "Message": refused.message,
                "message": refused.message,
            }
            if code == "TooManyRequestsException":
                said["Reason"] = "CallerRateLimitExceeded"
            return Answer(status, _json(said), _json_type(protocol), {**headers, "x-amzn-ErrorType": code})


def _xml(status: int, text: str, headers: Mapping[str, str]) -> Answer:
    return Answer(status, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode(), "text/xml", headers)


def _json_type(protocol: Protocol) -> str:
    return "application/x-amz-json-1.1" if protocol == "json" else "application/json"


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=_epoch).encode()


def _epoch(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"not for JSON: {type(value).__name__}")
