# SPDX-License-Identifier: MIT
"""DANE, with a resolver on loopback that says what the test wants; T19 of
tests/interop has real ones."""

import hashlib
import ssl

import certs
import pytest
from rawpeer import Peer
from test_federation import ROOMS

DOMAIN = "peer.test"
HOST = "xmpp." + DOMAIN
SERVICE = "_xmpp-server._tcp." + DOMAIN


def tlsa(certificate):
    """3 0 1: this very certificate."""
    der = ssl.PEM_cert_to_DER_cert(certificate.cert.read_text())
    return "3 0 1 " + hashlib.sha256(der).hexdigest()


NOBODYS = "3 0 1 " + "00" * 32


@pytest.fixture
def host(new_host, names):
    names.sign()
    return new_host(trust_ad=True)


@pytest.fixture
def certificate(tmp_path):
    return certs.self_signed(tmp_path / "peer", DOMAIN)


def place(peer, host=HOST):
    return "_%d._tcp.%s" % (peer.port, host)


def test_tlsa_vouches_for_a_self_signed_certificate(
        host, names, new_peer, certificate):
    peer = new_peer(DOMAIN, certificate)
    names.set(place(peer), "TLSA", tlsa(certificate))
    peer.dial_authorised(host.address, ROOMS).close()
    host.process.wait_for_line("%s: stream out .*, certificate valid by DANE"
                               % DOMAIN)


def test_tlsa_counts_where_tls_comes_first(
        host, names, new_peer, certificate):
    peer = new_peer(DOMAIN, certificate, direct_tls=True)
    names.set(place(peer), "TLSA", tlsa(certificate))
    peer.dial_authorised(host.address, ROOMS).close()
    assert host.counter("s2s_dane_matches") == 1


def test_after_a_mismatch_the_next_target_is_tried(
        host, names, new_peer, authority, certificate):
    peer = new_peer(DOMAIN, certificate)
    impostor = Peer(DOMAIN, authority.issue(DOMAIN))
    try:
        names.set(SERVICE, "SRV", "1 0 %d first.test." % impostor.port,
                  "2 0 %d %s." % (peer.port, HOST))
        names.set("first.test", "A", "127.0.0.1")
        names.set(place(impostor, "first.test"), "TLSA", NOBODYS)
        names.set(place(peer), "TLSA", tlsa(certificate))
        peer.dial_authorised(host.address, ROOMS).close()
        assert not impostor.accepted.empty()
        assert host.counter("s2s_dane_mismatches") == 1
        assert host.counter("s2s_dane_matches") == 1
    finally:
        impostor.close()


def test_a_late_tlsa_is_waited_for(host, names, new_peer, certificate):
    peer = new_peer(DOMAIN, certificate)
    names.set(place(peer), "TLSA", tlsa(certificate))
    answer = names.hold(place(peer))
    serve = peer.on_stream

    def on_stream(stream):
        wrap = stream.wrap_server

        def wrap_server():
            """TLS is there, and nothing is said before the answer."""
            wrap()
            answer.set()

        stream.wrap_server = wrap_server
        serve(stream)

    peer.on_stream = on_stream
    peer.dial_authorised(host.address, ROOMS).close()
    assert host.counter("s2s_dane_matches") == 1


@pytest.mark.parametrize("insecure", [SERVICE, HOST, "tlsa"])
def test_all_of_the_way_must_be_signed(
        host, names, new_peer, certificate, insecure):
    peer = new_peer(DOMAIN, certificate)
    names.set(place(peer), "TLSA", NOBODYS)
    names.sign(place(peer) if insecure == "tlsa" else insecure)
    peer.dial_authorised(host.address, ROOMS).close()
    assert host.counter("s2s_dane_mismatches") == 0
    assert names.asked(place(peer), "TLSA") == (insecure == "tlsa")


@pytest.mark.parametrize("records", [
    ["0 0 1 " + "00" * 32], ["1 0 1 " + "00" * 32], ["3 0 9 00"],
    ["3 7 1 " + "00" * 32], ["3 0 1 00"]])
def test_records_of_no_use_are_as_none(
        host, names, new_peer, certificate, records):
    """RFC 7671 4.1: usages 0 and 1 are not for us."""
    peer = new_peer(DOMAIN, certificate)
    names.set(place(peer), "TLSA", *records)
    peer.dial_authorised(host.address, ROOMS).close()
    assert host.counter("s2s_dane_mismatches") == 0
    assert host.counter("s2s_dane_matches") == 0
