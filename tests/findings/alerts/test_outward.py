"""The guarded way out: what is typed in cannot be turned inwards, however it is written and whatever names say."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from findings.outward import Outward, Refused, Undelivered, is_open

#: Addresses that lead inwards, or that programs read differently.
HOSTILE = (
    "https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://017700000001/", "https://0/", "https://0.0.0.0/",
    "https://127.0.0.1./", "https://localhost./", "https://10.0.0.1/", "https://172.16.3.4/", "https://172.31.255.255/",
    "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/", "https://169.254.170.2/", "https://2852039166/",
    "https://0xa9fea9fe/", "https://0251.0376.0251.0376/", "https://100.64.0.1/", "https://100.100.100.200/",
    "https://168.63.129.16/", "https://192.0.0.192/", "https://198.18.0.1/", "https://224.0.0.1/", "https://240.0.0.1/",
    "https://255.255.255.255/", "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/", "https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::1]/", "https://[2001:0:1::1]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fd00:ec2::254]/", "https://[fc00::1]/",
    "https://[fec0::1]/", "https://[ff02::1]/", "https://[2001:db8::1]/", "https://user@example.com/",
    "https://example.com@127.0.0.1/", "https://user:word@example.com/", "https://example.com\\@127.0.0.1/",
    "https://example.com%00.internal/", "https://exa mple.com/", "https://example.com/\r\nX: y", "https://exämple.com/",
    "https://①②⑦.0.0.1/", "https://1.2.3/", "https://1.2.3.4.5/", "https://0x7f.1/", "https:///path", "https://",
    "https://-a.example.com/", "https://a..b/", "https://[::1/", "https://example.com:0/", "https://example.com:22/",
    "https://example.com:6379/", "https://example.com:99999/", "http://example.com/", "ftp://example.com/",
    "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)", "//example.com/", "example.com", "",
)  # fmt: skip
INWARD = (
    "127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.0.9", "169.254.169.254", "100.64.1.1", "0.0.0.0", "::1",
    "::ffff:10.0.0.1", "fd00:ec2::254", "fe80::1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.251", "ff02::fb",
)  # fmt: skip


def never(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host} was resolved: it should have been refused before")


@pytest.mark.parametrize("address", HOSTILE)
def test_what_leads_inwards_is_refused_however_it_is_written(address: str) -> None:
    out = Outward(ports=frozenset({443, 8443}), resolve=never)
    with pytest.raises(Refused):
        out.addresses(out.checked(address))


@pytest.mark.parametrize("inward", INWARD)
def test_a_name_that_leads_inwards_is_refused_even_beside_good_addresses(inward: str) -> None:
    out = Outward(resolve=lambda host, port: ["93.184.215.14", inward])
    with pytest.raises(Refused, match="not of the open internet"):
        out.addresses(out.checked("https://hooks.example.com/x"))


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_addresses_of_the_open_internet_are_reached(text: str) -> None:
    assert is_open(ip_address(text))
    out = Outward(resolve=lambda host, port: [text])
    assert [str(one) for one in out.addresses(out.checked("https://hooks.example.com/"))] == [text]


def leads_to(address: str, host: str, port: int) -> list[str]:
    return [address]


def test_a_name_that_is_not_there_is_no_fault_of_ours() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    out = Outward(resolve=nowhere)
    with pytest.raises(Undelivered, match="leads nowhere"):
        out.addresses(out.checked("https://hooks.example.com/"))


def test_an_allowed_name_may_be_private_but_never_lead_to_the_clouds_metadata() -> None:
    allowed = frozenset({"hooks.internal:9000"})
    inside = Outward(allowed, resolve=lambda host, port: ["10.0.0.5"])
    assert inside.addresses(inside.checked("http://hooks.internal:9000/"))
    for metadata in ("169.254.169.254", "fd00:ec2::254", "fe80::1", "0.0.0.0"):
        turned = Outward(allowed, resolve=partial(leads_to, metadata))
        with pytest.raises(Refused):
            turned.addresses(turned.checked("http://hooks.internal:9000/"))
    with pytest.raises(Refused, match="https"):
        inside.checked("http://hooks.internal:9001/")


Answer = Callable[[socket.socket], None]


@contextmanager
def listening(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A server on this machine that takes connections one after the other, and what it was sent."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    plain, _ = server.accept()
                except TimeoutError:
                    continue
                plain.settimeout(5)
                try:
                    with tls.wrap_socket(plain, server_side=True) if tls else plain as stream:
                        seen.append(stream.recv(65_536))
                        answer(stream)
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], seen
        finally:
            over.set()
            thread.join()


def says(text: bytes) -> Answer:
    return lambda stream: stream.sendall(text)


def local(port: int, **more: object) -> Outward:
    return Outward(frozenset({f"127.0.0.1:{port}"}), **more)  # type: ignore[arg-type]


def test_the_status_is_all_that_comes_back() -> None:
    with listening(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as (port, seen):
        assert local(port).post(f"http://127.0.0.1:{port}/in?a=b", {"X-One": "1"}, b"{}") == 204
    assert seen[0].startswith(f"POST /in?a=b HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-One: 1\r\n".encode())


def test_a_redirect_is_not_followed() -> None:
    with (
        listening(says(b"HTTP/1.1 200 OK\r\n\r\n")) as (elsewhere, met),
        listening(says(f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere}/\r\n\r\n".encode())) as (port, _),
    ):
        out = Outward(frozenset({f"127.0.0.1:{port}", f"127.0.0.1:{elsewhere}"}))
        assert out.post(f"http://127.0.0.1:{port}/", {}, b"") == 302
        assert met == []


@pytest.mark.parametrize("text", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1", b"\x00" * 70_000])
def test_what_is_no_answer_counts_as_not_delivered(text: bytes) -> None:
    with listening(says(text)) as (port, _), pytest.raises(Undelivered):
        local(port).post(f"http://127.0.0.1:{port}/", {}, b"")


def test_the_status_after_a_provisional_one_counts() -> None:
    with listening(says(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 500 No\r\n\r\n")) as (port, _):
        assert local(port).post(f"http://127.0.0.1:{port}/", {}, b"") == 500


def test_no_more_than_the_limit_is_taken_of_an_answer() -> None:
    def endless(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            stream.sendall(b"x" * 65_536)

    with listening(endless) as (port, _):
        assert local(port, most=200_000).post(f"http://127.0.0.1:{port}/", {}, b"") == 200


def test_a_server_that_never_answers_is_left() -> None:
    gone = threading.Event()

    def silent(stream: socket.socket) -> None:
        gone.wait(30)

    with listening(silent) as (port, _):
        with pytest.raises(Undelivered, match="No answer within"):
            local(port, seconds=0.3).post(f"http://127.0.0.1:{port}/", {}, b"")
        gone.set()


def test_nothing_can_be_smuggled_into_the_headers() -> None:
    with pytest.raises(Refused, match="header"):
        local(1).post("http://127.0.0.1:1/", {"X": "a\r\nY: b"}, b"")


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows that calls itself so, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    whom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(whom, whom, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=folder / "cert.pem")


def test_the_certificate_must_be_that_of_the_host(tmp_path: Path) -> None:
    server, trust = certified(tmp_path, "hooks.internal")
    with listening(says(b"HTTP/1.1 200 OK\r\n\r\n"), server) as (port, _):
        allowed = frozenset({f"hooks.internal:{port}", f"other.internal:{port}"})
        out = Outward(allowed, resolve=lambda host, port: ["127.0.0.1"], trust=trust)
        assert out.post(f"https://hooks.internal:{port}/", {}, b"") == 200
        with pytest.raises(Undelivered, match="certificate"):
            out.post(f"https://other.internal:{port}/", {}, b"")


def test_a_name_that_changes_its_mind_after_the_check_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, met = [], []

    def flipping(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        met.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("findings.outward.socket.create_connection", connect)
    out = Outward(resolve=flipping)
    with pytest.raises(Undelivered):
        out.post("https://rebind.example.com/", {}, b"")
    assert asked == ["rebind.example.com"], "the name is asked once only"
    assert met == [("93.184.215.14", 443)], "the connection goes to the address that was checked"
    with pytest.raises(Refused):
        out.post("https://rebind.example.com/", {}, b"")
    assert len(met) == 1, "what it says next time is checked again, and refused"
