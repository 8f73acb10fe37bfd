# SPDX-License-Identifier: MIT
"""Direct TLS (XEP-0368), both ways, on ports that also speak STARTTLS."""

import ssl

import pytest
from rawpeer import Closed

ROOMS = "rooms.test"


def assert_served(peer, stream):
    """The stream is authorised, and its questions are answered."""
    assert stream.dialback(peer.domain, ROOMS) == "valid"
    asked = stream.ask("ann@%s/x" % peer.domain, ROOMS,
                       "<ping xmlns='urn:xmpp:ping'/>")
    answer = peer.receive(lambda s: s.get("id") == asked)
    assert answer.get("type") == "result"
    stream.close()


@pytest.mark.parametrize("alpn", [("xmpp-server",), ("h2", "xmpp-server"),
                                  ()])
@pytest.mark.parametrize("door", ["address", "tls_address"])
def test_tls_may_come_first_on_every_port(host, new_peer, door, alpn):
    peer = new_peer("one.test")
    stream = peer.dial_direct(getattr(host, door), ROOMS, alpn)
    if alpn:
        assert stream.sock.selected_alpn_protocol() == "xmpp-server"
    assert_served(peer, stream)


def test_starttls_may_come_on_the_port_for_direct_tls(host, new_peer):
    peer = new_peer("one.test")
    assert_served(peer, peer.dial(host.tls_address, ROOMS))


@pytest.mark.parametrize("alpn", [("h2",), ("http/1.1", "imap"),
                                  ("xmpp-client",)])
def test_s15_a_list_of_other_protocols_is_refused(
        host, evil, good_peer_is_served, alpn):
    """ALPACA: who asks for another protocol must not get this one."""
    with pytest.raises((ssl.SSLError, ConnectionError)):
        evil.dial_direct(host.tls_address, ROOMS, alpn)
    good_peer_is_served()


def test_s15_an_unknown_name_gets_a_certificate_and_host_unknown(host, evil):
    stream = evil.connect(host.tls_address)
    stream.wrap_client("elsewhere.test", ["xmpp-server"])
    stream.send_header(from_="evil.test", to="elsewhere.test")
    assert stream.read_error() == "host-unknown"


def test_xml_inside_direct_tls_starts_no_second_tls(host, evil):
    stream = evil.dial_direct(host.address, ROOMS)
    stream.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    assert stream.read_error() == "unsupported-stanza-type"


def test_half_a_client_hello_is_closed_in_time(new_host, evil):
    host = new_host(s2s="header_timeout: 1s")
    stream = evil.connect(host.address)
    stream.send(b"\x16\x03\x01\x02\x00\x01\x00")
    with pytest.raises(Closed):
        stream.read()


def test_direct_tls_is_dialled_with_alpn_and_name(host, names, new_peer):
    """SNI is the domain, never the target of the SRV record."""
    peer = new_peer("one.test", direct_tls=True)
    names.set("_xmpp-server._tcp.one.test", "SRV", "0 0 0 .")
    stream = peer.dial_direct(host.tls_address, ROOMS)
    assert_served(peer, stream)
    called = peer.accepted.get(timeout=60)
    assert called.sni == "one.test"
    assert called.sock.selected_alpn_protocol() == "xmpp-server"


def test_starttls_is_dialled_with_the_name_and_without_alpn(host, new_peer):
    peer = new_peer("one.test")
    assert_served(peer, peer.dial(host.address, ROOMS))
    called = peer.accepted.get(timeout=60)
    assert called.sni == "one.test"
    assert called.sock.selected_alpn_protocol() is None
