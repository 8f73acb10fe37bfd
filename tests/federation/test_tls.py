# SPDX-License-Identifier: MIT
"""T20: certificates of several domains and key types, and their reload."""

import socket
import ssl
import threading

import certs
import pytest

ROOMS, OTHER = "rooms.test", "other.test"


def rsa_of(folder, domain):
    """A self-signed certificate with an RSA key."""
    folder.mkdir(parents=True, exist_ok=True)
    cert, key = folder / (domain + ".pem"), folder / (domain + ".key")
    certs._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                   "30", "-subj", "/CN=" + domain, "-addext",
                   "subjectAltName=DNS:" + domain, "-keyout", key,
                   "-out", cert)
    key.chmod(0o600)
    return certs.Certificate(cert, key)


class Both:
    """Several certificates of one domain, as a configuration has them."""

    def __init__(self, *parts):
        self.cert = "[%s]" % ", ".join(str(part.cert) for part in parts)
        self.key = "[%s]" % ", ".join(str(part.key) for part in parts)
        for part in parts:
            part.key.chmod(0o600)


def shown(address, name, kind=None):
    """The certificate that a client with this SNI and key type is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if kind:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-%s-AES256-GCM-SHA384" % kind)
    with socket.create_connection(address, 10) as sock:
        with context.wrap_socket(sock, server_hostname=name) as tls:
            return tls.getpeercert(binary_form=True)


def der(certificate):
    return ssl.PEM_cert_to_DER_cert(certificate.cert.read_text())


@pytest.fixture
def shelf(authority, tmp_path):
    """Certificates of both domains and both key types."""
    return {(name, kind): authority.issue(name) if kind == "ECDSA"
            else rsa_of(tmp_path / "rsa", name)
            for name in (ROOMS, OTHER) for kind in ("ECDSA", "RSA")}


def both(shelf, name):
    return Both(shelf[name, "ECDSA"], shelf[name, "RSA"])


def test_t20_the_name_and_the_key_type_choose_the_chain(new_host, shelf):
    host = new_host([ROOMS, OTHER], certificates={
        name: both(shelf, name) for name in (ROOMS, OTHER)})
    for (name, kind), certificate in shelf.items():
        assert shown(host.tls_address, name, kind) == der(certificate)
    # whatever is asked for, ECDSA comes first
    assert shown(host.tls_address, ROOMS) == der(shelf[ROOMS, "ECDSA"])
    # a name that is not ours gets the first
    assert shown(host.tls_address, "elsewhere.test", "ECDSA") == der(
        shelf[ROOMS, "ECDSA"])


def test_t20_a_reload_changes_certificate_and_key_type_under_load(
        new_host, new_peer, shelf):
    """New handshakes show the new chain; no stream is dropped."""
    host = new_host([ROOMS], certificates={ROOMS: Both(shelf[ROOMS, "RSA"])},
                    s2s="rate_stanzas: 100000\nburst_stanzas: 100000")
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    sent = []
    stop = threading.Event()

    def talk():
        while not stop.is_set():
            sent.append(stream.ask("ann@one.test/x", ROOMS,
                                   "<ping xmlns='urn:xmpp:ping'/>"))
            stop.wait(0.002)

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        for kind in ("ECDSA", "RSA", "ECDSA"):
            host.configure(certificates={ROOMS: Both(shelf[ROOMS, kind])})
            host.ctl("reload")
            assert shown(host.tls_address, ROOMS) == der(shelf[ROOMS, kind])
    finally:
        stop.set()
        talker.join()
    answered = {peer.receive(lambda s: s.get("type") == "result").get("id")
                for _ in sent}
    assert answered == set(sent)
    # one stream each way from beginning to end, and one to verify at most
    assert peer.accepted.qsize() <= 2


def test_a_certificate_that_soon_expires_is_warned_of(
        new_host, authority, tmp_path):
    soon = authority.issue("soon.test", days=5)
    soon.key.chmod(0o600)
    host = new_host(["soon.test"], certificates={"soon.test": Both(soon)})
    host.process.wait_for_line("the certificate expires in [45] days")


def test_a_certificate_of_another_name_is_warned_of(new_host, authority):
    other = authority.issue("other.test")
    other.key.chmod(0o600)
    host = new_host(["rooms.test"], certificates={"rooms.test": Both(other)})
    host.process.wait_for_line("no certificate names this domain")


@pytest.mark.parametrize("before, is_warned", [("3d", False), ("30d", True)])
def test_how_soon_is_the_operators_word(new_host, authority, before,
                                        is_warned):
    soon = authority.issue("soon.test", days=12)
    soon.key.chmod(0o600)
    host = new_host(["soon.test"], certificates={"soon.test": Both(soon)},
                    extra="certificate_warning: %s\n" % before)
    told = [line for line in host.process.lines()
            if "the certificate expires in" in line]
    assert len(told) == is_warned
