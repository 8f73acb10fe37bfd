# SPDX-License-Identifier: MIT
"""T18: XML made to hurt, through TLS, whole and in small pieces: the right
stream error, little CPU, no memory kept."""

import os
import time

import pytest
from rawpeer import Closed

ROOMS = "rooms.test"
BODY = "<message from='a@evil.test/x' to='hallway@rooms.test'>%s</message>"

ATTACKS = {
    "doctype inside": (b"<!DOCTYPE a [<!ENTITY b 'c'>]>", "not-well-formed"),
    "comment": (b"<!-- x -->", "restricted-xml"),
    "instruction": (b"<?x y?>", "restricted-xml"),
    "entity": ((BODY % "&nbsp;").encode(), "restricted-xml"),
    "prefix": (b"<y:message/>", "bad-namespace-prefix"),
    "overlong": (BODY.encode() % b"\xc0\xaf", "not-well-formed"),
    "surrogate": (BODY.encode() % b"\xed\xa0\x80", "not-well-formed"),
    "separator": (b"<message xmlns='a&#1;b'/>", "not-well-formed"),
    "depth": (b"<message>" + b"<a>" * 1000, "policy-violation"),
    "attributes": (b"<message " + b" ".join(
        b"a%d='x'" % number for number in range(2000)) + b"/>",
        "policy-violation"),
    "children": (b"<message>" + b"<a/>" * 5000 + b"</message>",
                 "policy-violation"),
    "name": (b"<" + b"a" * 5000 + b"/>", "policy-violation"),
    "token": (b"<message from='" + b"x" * 524288 + b"'/>",
              "policy-violation"),
    "token with >": (b"<message from='" + b"x>" * 262144 + b"'/>",
                     "policy-violation"),
    "text": (b"<message><body>" + b"x" * 600000 + b"</body></message>",
             "policy-violation"),
    "stray text": (b"hello", "not-well-formed"),
}


def used(pid):
    """CPU seconds so far."""
    with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    """KiB."""
    with open("/proc/%d/statm" % pid, encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4


@pytest.mark.parametrize("size", [1 << 20, 64])
def test_t18_attacks_end_the_stream_and_no_more(new_host, new_peer, size):
    host = new_host(s2s="new_streams_per_domain: 10000\nlog_lines: 1\n"
                        "new_streams_per_address: 10000\n"
                        "max_streams_per_pair: 64")
    evil = new_peer("evil.test")
    pid = host.process.pid

    def attack(name):
        data, expected = ATTACKS[name]
        stream = evil.dial_authorised(host.address, ROOMS)
        before = used(pid)
        try:
            stream.send_slowly(data, size)
        except OSError:
            pass    # the error came before all was sent
        try:
            got = stream.read_error()
        except Closed:
            got = "closed"
        assert got == expected, name
        return used(pid) - before

    attack("comment")
    for name in ATTACKS:
        spent = attack(name)
        # records of 64 bytes cost their decryption: 8192 of them for a token
        limit = 0.1 if size > 64 else 0.5
        assert spent < limit or host.is_sanitized(), (
            "%s: %.2f s" % (name, spent))
    before = resident(pid)
    for name in ATTACKS:
        attack(name)
    assert resident(pid) < before + 4096 or host.is_sanitized()


HEADER = ("%s<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
          "xmlns='jabber:server' from='evil.test' to='rooms.test' "
          "version='1.0'>")
BEGINNINGS = {
    "utf-16": ((HEADER % "").encode("utf-16"), "unsupported-encoding"),
    "utf-16 without a mark": ((HEADER % "").encode("utf-16-le"),
                              "unsupported-encoding"),
    "latin 1": ((HEADER % "<?xml version='1.0' encoding='iso-8859-1'?>")
                .encode(), "unsupported-encoding"),
    "doctype": ((HEADER % "<!DOCTYPE a [<!ENTITY b 'c'>]>").encode(),
                "restricted-xml"),
    "laughs": ((HEADER % "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;"
                "&a;'><!ENTITY c '&b;&b;&b;'>]>").encode(), "restricted-xml"),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_t18_a_stream_over_tls_may_not_begin_so(
        host, evil, good_peer_is_served, name):
    data, expected = BEGINNINGS[name]
    stream = evil.connect(host.address)
    stream.open("evil.test", ROOMS)
    stream.start_tls(ROOMS)
    stream.send(data)
    assert stream.read_error() == expected
    good_peer_is_served()
