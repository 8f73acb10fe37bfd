# SPDX-License-Identifier: MIT
"""Which certificates prove a name: every kind of certificate, shown by a
server that calls us (is EXTERNAL offered?) and by one that we call (may it be
used where require_valid asks for a valid one?). RFC 6120 13.7, RFC 9525.

A row is a kind of certificate and the verdict on it for sub.peer.test.
"""

import certs
import pytest
from rawpeer import FEATURES_EXTERNAL, PATIENCE, SASL

ROOMS = "rooms.test"
DOMAIN = "sub.peer.test"
IDN = "b\u00fccher.test"
IDN_ASCII = "xn--bcher-kva.test"

VALID = "certificate valid"
UNTRUSTED = "certificate not trusted"
EXPIRED = "certificate expired or not yet valid"
OTHER = "certificate for another name"

SRV = "1.3.6.1.5.5.7.8.7"
XMPP = "1.3.6.1.5.5.7.8.5"


def srv(text):
    return "otherName:%s;IA5:%s" % (SRV, text)


def xmpp(text):
    return "otherName:%s;UTF8:%s" % (XMPP, text)


def der(tag, value):
    """One DER value, shorter than 128 bytes."""
    return bytes([tag, len(value)]) + value


def dns_with_nul():
    """A dNSName "sub.peer.test", NUL, ".evil.test"."""
    name = der(0x82, DOMAIN.encode() + b"\0.evil.test")
    return "DER:" + der(0x30, name).hex(":")


def xmpp_in_utf8(text):
    """xmpp() beyond ASCII, which openssl's notation cannot say in a line."""
    oid = bytes.fromhex("06082b06010505070805")
    value = der(0xa0, der(0x0c, text.encode()))
    return "DER:" + der(0x30, der(0xa0, oid + value)).hex(":")


# (kind, domain, what certs.Authority.make() is told, verdict)
MATRIX = [
    ("valid", DOMAIN, {}, VALID),
    ("expired", DOMAIN, {"days": (-20, -10)}, EXPIRED),
    ("future", DOMAIN, {"days": (10, 20)}, EXPIRED),
    ("wrong name", DOMAIN, {"names": "DNS:other.test"}, OTHER),
    ("several names", DOMAIN, {"names": "DNS:other.test,DNS:SUB.peer.TEST"},
     VALID),
    ("wildcard", DOMAIN, {"names": "DNS:*.peer.test"}, VALID),
    ("wildcard for its own parent", DOMAIN, {"names": "DNS:*.sub.peer.test"},
     OTHER),
    ("wildcard for two labels", DOMAIN, {"names": "DNS:*.test"}, OTHER),
    ("wildcard as a fragment", DOMAIN, {"names": "DNS:s*.peer.test"}, OTHER),
    ("wildcard in the middle", DOMAIN, {"names": "DNS:sub.*.test"}, OTHER),
    ("CN only", DOMAIN, {"names": None}, OTHER),
    ("xmppAddr only", DOMAIN, {"names": xmpp(DOMAIN)}, VALID),
    ("xmppAddr of a user", DOMAIN, {"names": xmpp("user@" + DOMAIN)}, OTHER),
    ("xmppAddr with a wildcard", DOMAIN, {"names": xmpp("*.peer.test")},
     OTHER),
    ("SRVName only", DOMAIN, {"names": srv("_xmpp-server." + DOMAIN)}, VALID),
    ("SRVName with a wildcard", DOMAIN,
     {"names": srv("_xmpp-server.*.peer.test")}, VALID),
    ("SRVName for clients", DOMAIN, {"names": srv("_xmpp-client." + DOMAIN)},
     OTHER),
    ("NUL in the name", DOMAIN, {"names": dns_with_nul()}, OTHER),
    ("IDN in A-labels", IDN, {"names": "DNS:" + IDN_ASCII}, VALID),
    ("IDN in U-labels, xmppAddr", IDN, {"names": xmpp_in_utf8(IDN)}, VALID),
    ("serverAuth only", DOMAIN, {"usage": "serverAuth"}, VALID),
    ("clientAuth only", DOMAIN, {"usage": "clientAuth"}, UNTRUSTED),
    ("no usage", DOMAIN, {"usage": None}, VALID),
    ("self-signed", DOMAIN, {"signer": "self"}, UNTRUSTED),
    ("an unknown authority", DOMAIN, {"signer": "stranger"}, UNTRUSTED),
    ("with its intermediate", DOMAIN, {"signer": "intermediate"}, VALID),
    ("missing intermediate", DOMAIN,
     {"signer": "intermediate", "with_chain": False}, UNTRUSTED),
    ("an authority's own", DOMAIN, {"is_authority": True}, VALID),
    ("the name as an address", DOMAIN, {"names": "IP:127.0.0.1"}, OTHER),
    ("a weak key", DOMAIN, {"key": "rsa:1024"}, UNTRUSTED),
]

matrix = pytest.mark.parametrize(
    "domain, words, verdict", [row[1:] for row in MATRIX],
    ids=[row[0] for row in MATRIX])


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    return certs.Authority(tmp_path_factory.mktemp("strangers"))


@pytest.fixture
def certificate(authority, strangers, domain, words):
    """Made as the row says."""
    words = dict(words)
    signer = words.pop("signer", None)
    if signer == "self":
        return certs.self_signed(authority.folder, domain)
    if signer == "stranger":
        return strangers.make(domain, **words)
    return authority.make(domain, signer=signer, **words)


def offers_external(features):
    return any(e.text == "EXTERNAL" for e in features.iter(SASL + "mechanism"))


@matrix
def test_external_is_offered_to(sure_host, new_peer, certificate, domain,
                                verdict):
    peer = new_peer(domain, certificate)
    stream = peer.connect(sure_host.address)
    stream.open(domain, ROOMS)
    stream.start_tls(ROOMS)
    features = stream.open(domain, ROOMS)
    assert offers_external(features) == (verdict == VALID)
    sure_host.process.wait_for_line(
        "%s: stream in from .*, %s$" % (domain, verdict), PATIENCE)
    if verdict == VALID:
        stream.log_in(domain, ROOMS)
    else:
        assert stream.dialback(domain, ROOMS) == "valid"
    stream.close()


@matrix
def test_a_server_that_we_call_has(new_host, new_peer, authority, certificate,
                                   domain, verdict):
    """It proves its name by a good certificate when it calls; what counts
    is what it shows when it is called."""
    host = new_host(trust=authority.cert, s2s='require_valid: ["*"]')
    peer = new_peer(domain, authority.make(domain))
    peer.features = FEATURES_EXTERNAL
    stream = peer.connect(host.address)
    stream.open(domain, ROOMS)
    stream.start_tls(ROOMS)
    stream.open(domain, ROOMS)
    stream.log_in(domain, ROOMS)
    peer.certificate = certificate
    asked = stream.ask("user@%s/x" % domain, ROOMS,
                       "<ping xmlns='urn:xmpp:ping'/>")
    host.process.wait_for_line(
        "%s: stream out to .*, %s$" % (domain, verdict), PATIENCE)
    if verdict == VALID:
        peer.receive(lambda s: s.get("id") == asked)
    else:
        host.process.wait_for_line("%s: not used, s2s.require_valid: %s"
                                   % (domain, verdict), PATIENCE)
        assert peer.inbox.empty()
    stream.close()
