# SPDX-License-Identifier: MIT
"""T10: what DNS may say of a server, and where we call then.

A peer asks us to believe it, so we call the domain that it says it is.
"""

import os

import dns.rcode
import pytest
from rawpeer import DIALBACK, Peer, condition
from test_federation import ROOMS

DOMAIN = "peer.test"
SERVICE = "_xmpp-server._tcp." + DOMAIN
DIRECT = "_xmpps-server._tcp." + DOMAIN


def own_address():
    """A loopback address that no other run uses: the port is given."""
    number = os.getpid()
    return "127.%d.%d.%d" % (1 + number // 62500 % 250, number // 250 % 250,
                             1 + number % 250)


@pytest.fixture
def peer(authority):
    """Somebody at the port that is called where there is no SRV record."""
    peer = Peer(DOMAIN, authority.issue(DOMAIN), own_address(), port=5269)
    yield peer
    peer.close()


def claim(peer, host):
    """What we say when the peer says who it is: type, or condition."""
    stream = peer.dial(host.address, ROOMS)
    stream.send("<db:result from='%s' to='%s'>%s</db:result>" % (
        DOMAIN, ROOMS, peer.issue_key(ROOMS, stream.header["id"])))
    answer = stream.read_until(DIALBACK + "result")
    said = answer.get("type")
    found = condition(answer)
    stream.close()
    return found if said == "error" else said


def has_been_called(peer):
    return not peer.accepted.empty()


def test_t10_without_srv_the_domain_itself_is_called(host, names, peer):
    names.set(DOMAIN, "A", own_address())
    assert claim(peer, host) == "valid"


def test_t10_srv_without_data_is_as_none(host, names, peer):
    """The name is there, with something else."""
    names.set(SERVICE, "TXT", '"nothing here"')
    names.set(DOMAIN, "A", own_address())
    assert claim(peer, host) == "valid"


def test_t10_a_domain_that_does_not_exist(host, names, peer):
    assert claim(peer, host) == "remote-server-not-found"
    assert not has_been_called(peer)


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_t10_srv_that_fails_is_not_as_none(host, names, peer, rcode):
    names.set(DOMAIN, "A", own_address())
    names.set_rcode(SERVICE, rcode)
    assert claim(peer, host) == "remote-server-timeout"
    assert not has_been_called(peer)
    assert names.asked(DOMAIN, "A") == 0


def test_t10_an_address_that_fails_is_temporary(host, names, peer):
    names.set_server(DOMAIN, peer.port, own_address())
    names.set_rcode("xmpp." + DOMAIN, dns.rcode.SERVFAIL)
    assert claim(peer, host) == "remote-server-timeout"
    assert not has_been_called(peer)


def test_t10_both_services_turned_off(host, names, peer):
    """RFC 2782: "." says that there is none, whatever else there is."""
    names.set(SERVICE, "SRV", "0 0 0 .")
    names.set(DIRECT, "SRV", "0 0 0 .")
    names.set(DOMAIN, "A", own_address())
    assert claim(peer, host) == "remote-server-not-found"
    assert not has_been_called(peer)


def test_t10_a_target_may_be_an_alias(host, names, peer):
    """RFC 2782 forbids it, and many have it."""
    names.set(SERVICE, "SRV", "5 10 5269 xmpp.%s." % DOMAIN)
    names.set("xmpp." + DOMAIN, "CNAME", "host.test.")
    names.set("host.test", "A", own_address())
    assert claim(peer, host) == "valid"


def test_t10_an_alias_that_runs_in_a_circle(host, names, peer):
    names.set(SERVICE, "SRV", "5 10 5269 one.test.")
    names.set("one.test", "CNAME", "two.test.")
    names.set("two.test", "CNAME", "one.test.")
    assert claim(peer, host) == "remote-server-timeout"
    assert not has_been_called(peer)


def test_t10_an_address_is_no_target(host, names, peer):
    names.set(SERVICE, "SRV", "5 10 5269 %s." % own_address())
    names.set(DOMAIN, "A", own_address())
    assert claim(peer, host) == "remote-server-not-found"
    assert not has_been_called(peer)


def test_t10_of_a_hundred_targets_eight_are_looked_at(host, names, peer):
    """R5: the first eight, by priority."""
    names.set(SERVICE, "SRV", *("%d 0 5269 t%d.test." % (i, i)
                                for i in range(100)))
    names.set("t5.test", "A", own_address())
    assert claim(peer, host) == "valid"
    looked_at = [i for i in range(100) if names.asked("t%d.test" % i, "A")]
    assert looked_at == list(range(8))
