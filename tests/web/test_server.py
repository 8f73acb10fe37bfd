# SPDX-License-Identifier: MIT
"""The server below the pages: where it listens, by which certificate, and what it
bears."""

import contextlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys

import pytest

from conftest import DAY, wait_for
from record import at

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from certs import Authority  # noqa: E402
from machine import has_ipv6  # noqa: E402


@contextlib.contextmanager
def connection(port, host="127.0.0.1"):
    with socket.create_connection((host, port), timeout=60) as sock:
        yield sock


def ask(sock, path="/", more=""):
    """The head of the answer; the connection stays."""
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
    return read_answer(sock)


def read_answer(sock):
    head = b""
    while b"\r\n\r\n" not in head:
        part = sock.recv(65536)
        if not part:
            return head.decode()
        head += part
    head, body = head.split(b"\r\n\r\n", 1)
    head = head.decode()
    length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
    while len(body) < length:
        body += sock.recv(65536)
    return head


def is_closed(sock):
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.skipif(not has_ipv6(), reason="there is one address only")
def test_every_address_is_listened_on(fresh):
    fresh.serve(both=True)
    for port, host in zip(fresh.ports, ("127.0.0.1", "::1")):
        with connection(port, host) as sock:
            assert ask(sock).startswith("HTTP/1.1 200")


def test_a_connection_serves_many_requests(fresh):
    fresh.serve()
    with connection(fresh.port) as sock:
        for _ in range(50):
            assert ask(sock).startswith("HTTP/1.1 200")
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        assert b"HTTP/1.1 200" in sock.recv(65536)


@pytest.mark.parametrize("request_bytes", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 2000, b"\0" * 5000,
    b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 9000 + b"\r\n",
    b"GET /?" + b"q=1&" * 3000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz",
    b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /%00%ff%zz?%=%&=&&q HTTP/1.1\r\nHost: x\r\n\r\n"],
    ids=range(12))
def test_nonsense_hurts_nobody(fresh, request_bytes):
    fresh.serve()
    with connection(fresh.port) as sock:
        with contextlib.suppress(ConnectionError):
            sock.sendall(request_bytes)
            assert fresh.get("/").status == 200
    assert fresh.get("/").status == 200


def test_who_says_nothing_keeps_nobody_waiting(fresh):
    fresh.serve()
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(connection(fresh.port)).sendall(b"GET / HT")
        assert fresh.get("/").status == 200


def test_connections_are_bounded(fresh):
    fresh.serve(max_clients=5)
    with contextlib.ExitStack() as stack:
        first = [stack.enter_context(connection(fresh.port))
                 for _ in range(5)]
        for sock in first:
            assert ask(sock).startswith("HTTP/1.1 200")
        with connection(fresh.port) as more:
            more.settimeout(0.3)
            # it is let in when one of them goes, or told to go
            with contextlib.suppress(TimeoutError, ConnectionError):
                assert not ask(more)
        assert ask(first[4]).startswith("HTTP/1.1 200")
    wait_for(lambda: fresh.get("/").status == 200)


SHARE = """
import socket, sys
sys.path.insert(0, {folder!r})
from record import Host
host = Host({state!r})
host.serve(listen="*:0", max_per_address=3)
held = []
for name in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2",
             "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"):
    sock = socket.create_connection((name, host.port), 10)
    sock.sendall(b"GET /robots.txt HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    try:
        answer = sock.recv(12)
    except ConnectionError:
        answer = b""
    print(name, answer == b"HTTP/1.1 200")
    held.append(sock)
for sock in held:
    sock.close()
host.close()
"""


def test_an_address_has_its_share(tmp_path):
    """In a network of its own. Loopback stands for a proxy, that is for many."""
    script = SHARE.format(folder=os.path.dirname(__file__),
                          state=str(tmp_path / "state"))
    done = subprocess.run(
        ["unshare", "--net", "--map-root-user", "sh", "-c",
         "ip link set lo up && ip address add 192.0.2.1/32 dev lo && "
         "ip address add 192.0.2.2/32 dev lo && exec \"$@\"", "-",
         sys.executable, "-c", script],
        capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == (
        ["192.0.2.1", "True"] * 3 + ["192.0.2.1", "False"] +
        ["192.0.2.2", "True"] + ["127.0.0.1", "True"] * 4)


# ---- TLS ----

@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


def put(certificate, folder):
    shutil.copy(certificate.cert, folder / "web.crt")
    shutil.copy(certificate.key, folder / "web.key")


def ask_tls(host, authority, name):
    """The answer, and who answered."""
    context = ssl.create_default_context(cafile=authority.cert)
    with connection(host.port) as sock, \
            context.wrap_socket(sock, server_hostname=name) as tls:
        return ask(tls), tls.getpeercert(), tls.version()


def serial(answer):
    return answer[1]["serialNumber"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pages_come_by_tls(fresh, authority):
    put(authority.issue("rooms.example"), fresh.folder)
    fresh.serve(certificate=f"{fresh.folder}/web.crt",
                key=f"{fresh.folder}/web.key")
    head, _, version = ask_tls(fresh, authority, "rooms.example")
    assert head.startswith("HTTP/1.1 200") and version == "TLSv1.3"
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with connection(fresh.port) as sock, pytest.raises((ssl.SSLError,
                                                        ConnectionError)):
        old.wrap_socket(sock)


def test_a_renewed_certificate_is_taken_up_and_nobody_is_cut_off(fresh,
                                                                 authority):
    put(authority.issue("rooms.example"), fresh.folder)
    fresh.serve(certificate=f"{fresh.folder}/web.crt",
                key=f"{fresh.folder}/web.key")
    before = serial(ask_tls(fresh, authority, "rooms.example"))
    context = ssl.create_default_context(cafile=authority.cert)
    with connection(fresh.port) as sock, \
            context.wrap_socket(sock, server_hostname="rooms.example") as tls:
        assert ask(tls).startswith("HTTP/1.1 200")
        put(authority.issue("rooms.example"), fresh.folder)
        fresh.tell("renew")
        wait_for(lambda: serial(ask_tls(fresh, authority, "rooms.example"))
                 != before)
        assert ask(tls).startswith("HTTP/1.1 200")
        # one that is no good changes nothing
        after = serial(ask_tls(fresh, authority, "rooms.example"))
        (fresh.folder / "web.crt").write_text("nonsense")
        fresh.tell("renew")
        fresh.tell("renew")
        for _ in range(5):
            assert serial(ask_tls(fresh, authority, "rooms.example")) == after
        assert ask(tls).startswith("HTTP/1.1 200")


def test_a_live_page_outlives_its_certificate(fresh, authority):
    put(authority.issue("rooms.example"), fresh.folder)
    fresh.serve(certificate=f"{fresh.folder}/web.crt",
                key=f"{fresh.folder}/web.key")
    fresh.site(dict(local="council", name="Council"))
    context = ssl.create_default_context(cafile=authority.cert)
    client = http.client.HTTPSConnection("127.0.0.1", fresh.port,
                                         context=context, timeout=60)
    context.check_hostname = False
    client.request("GET", "/council/live")
    answer = client.getresponse()
    assert answer.status == 200
    put(authority.issue("rooms.example"), fresh.folder)
    fresh.tell("renew")
    fresh.say("council", at(DAY), "ana", "still here")
    while b"still here" not in answer.readline():
        pass
    client.close()
    assert ask_tls(fresh, authority, "rooms.example")[0].startswith(
        "HTTP/1.1 200")
