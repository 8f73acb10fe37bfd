# SPDX-License-Identifier: MIT
"""Bad input on the federation port: the right stream error, and the next
good peer is served (RFC 6120 4.9, XEP-0220)."""

import pytest
from rawpeer import (DIALBACK, STARTTLS, STREAMS, Closed, condition)

ROOMS = "rooms.test"
MESSAGE = ("<message from='%s' to='hallway@rooms.test' type='groupchat' "
           "id='x'><body>hello</body></message>")


def never_authorised(stream, domain):
    """A stanza for the pair is refused, so the pair was not authorised."""
    stream.send(MESSAGE % ("user@%s/x" % domain))
    assert stream.read_error() == "not-authorized"


@pytest.mark.parametrize("garbage", [
    b"GET / HTTP/1.1\r\nHost: rooms.test\r\n\r\n",
    b"\r\n\r\nEHLO evil.test\r\n",
    b"\x00\x01\x02\x03garbage",
    b"<<<<<<<<",
    b"<?xml version='1.0'?><stream:stream></nonsense>",
    "<?xml version='1.0'?><stream:stream/>".encode("utf-16"),
])
def test_garbage_is_refused(host, evil, good_peer_is_served, garbage):
    stream = evil.connect(host.address)
    stream.send(garbage)
    assert stream.read_error() in (
        "not-well-formed", "bad-format", "invalid-xml", "bad-namespace-prefix",
        "unsupported-encoding", "invalid-namespace")
    good_peer_is_served()


def test_a_client_stream_is_invalid_namespace(
        host, evil, good_peer_is_served):
    stream = evil.connect(host.address)
    stream.send_header("jabber:client", from_="user@evil.test", to=ROOMS)
    assert stream.read_error() == "invalid-namespace"
    good_peer_is_served()


def test_a_root_in_another_namespace_is_invalid_namespace(
        host, evil, good_peer_is_served):
    stream = evil.connect(host.address)
    stream.send("<stream:stream xmlns:stream='urn:example:other' "
                "xmlns='jabber:server' from='evil.test' to='rooms.test' "
                "version='1.0'>")
    assert stream.read_error() == "invalid-namespace"
    good_peer_is_served()


@pytest.mark.parametrize("markup", [
    "<!DOCTYPE stream [<!ENTITY a 'b'>]>",
    "<!-- a remark -->",
    "<?php echo 1 ?>",
])
def test_forbidden_xml_is_restricted_xml(
        host, evil, good_peer_is_served, markup):
    stream = evil.connect(host.address)
    stream.send(markup + "<stream:stream xmlns:stream='http://etherx.jabber."
                "org/streams' xmlns='jabber:server' from='evil.test' "
                "to='rooms.test' version='1.0'>")
    assert stream.read_error() == "restricted-xml"
    good_peer_is_served()


def test_forbidden_xml_after_tls_is_restricted_xml(
        host, evil, good_peer_is_served):
    stream = evil.dial_authorised(host.address, ROOMS)
    stream.send("<!-- a remark -->")
    assert stream.read_error() == "restricted-xml"
    good_peer_is_served()


def test_a_domain_that_is_not_ours_is_host_unknown(
        host, evil, good_peer_is_served):
    stream = evil.connect(host.address)
    stream.send_header(from_="evil.test", to="elsewhere.test")
    assert stream.read_error() == "host-unknown"
    good_peer_is_served()


def test_a_peer_that_claims_our_domain_is_invalid_from(
        host, evil, good_peer_is_served):
    stream = evil.connect(host.address)
    stream.send_header(from_=ROOMS, to=ROOMS)
    assert stream.read_error() == "invalid-from"
    good_peer_is_served()


def test_a_stanza_before_starttls_is_not_authorized(
        host, evil, good_peer_is_served):
    stream = evil.connect(host.address)
    stream.open("evil.test", ROOMS)
    never_authorised(stream, "evil.test")
    good_peer_is_served()


def test_a_stanza_before_dialback_is_not_authorized(
        host, evil, good_peer_is_served):
    stream = evil.dial(host.address, ROOMS)
    never_authorised(stream, "evil.test")
    good_peer_is_served()


def test_dialback_before_starttls_is_a_policy_violation(
        host, evil, good_peer_is_served):
    """The stream stays, and TLS may still be started."""
    stream = evil.connect(host.address)
    stream.open("evil.test", ROOMS)
    stream.send("<db:result from='evil.test' to='rooms.test'>%s</db:result>"
                % evil.issue_key(ROOMS, stream.header["id"]))
    answer = stream.read_until(DIALBACK + "result")
    assert answer.get("type") == "error"
    assert condition(answer) == "policy-violation"
    stream.start_tls(ROOMS)
    stream.open("evil.test", ROOMS)
    assert stream.dialback("evil.test", ROOMS) == "valid"
    good_peer_is_served()


def test_a_sender_of_another_domain_is_invalid_from(
        host, evil, good_peer_is_served):
    stream = evil.dial_authorised(host.address, ROOMS)
    stream.send(MESSAGE % "user@good.test/x")
    assert stream.read_error() == "invalid-from"
    good_peer_is_served()


@pytest.mark.parametrize("domain", [
    "sub.evil.test", "evil.test.good.test", "notevil.test", "rooms.test"])
def test_a_pair_authorises_no_other_domain(
        host, evil, good_peer_is_served, domain):
    stream = evil.dial_authorised(host.address, ROOMS)
    stream.send(MESSAGE % ("user@%s/x" % domain))
    assert stream.read_error() == "invalid-from"
    good_peer_is_served()


def test_a_stanza_without_a_sender_is_improper_addressing(
        host, evil, good_peer_is_served):
    stream = evil.dial_authorised(host.address, ROOMS)
    stream.send("<message to='hallway@rooms.test'><body>x</body></message>")
    assert stream.read_error() == "improper-addressing"
    good_peer_is_served()


@pytest.mark.parametrize("kind", ["message", "presence", "iq"])
def test_a_bad_sender_and_no_addressee_is_improper_addressing(
        host, evil, good_peer_is_served, kind):
    stream = evil.dial_authorised(host.address, ROOMS)
    stream.send("<%s from='@evil.test'/>" % kind)
    assert stream.read_error() == "improper-addressing"
    good_peer_is_served()


def test_a_wrong_dialback_key_is_invalid(host, evil, good_peer_is_served):
    stream = evil.dial(host.address, ROOMS)
    assert stream.dialback("evil.test", ROOMS, key="0" * 64) == "invalid"
    stream.read_end()
    good_peer_is_served()


def test_dialback_for_a_domain_that_is_somebody_elses_is_not_valid(
        host, evil, new_peer, good_peer_is_served):
    """The owner of the name is asked, and knows nothing of the key."""
    new_peer("victim.test")
    stream = evil.dial(host.address, ROOMS)
    try:
        assert stream.dialback("victim.test", ROOMS, "f" * 64) != "valid"
    except Closed:
        pass
    good_peer_is_served()


@pytest.mark.parametrize("answer", [
    "<db:result from='rooms.test' to='evil.test' type='valid'/>",
    "<db:result from='evil.test' to='rooms.test' type='valid'/>",
    "<db:verify from='evil.test' to='rooms.test' id='1' type='valid'/>",
    "<db:verify from='evil.test' to='rooms.test' id='%s' type='valid'/>",
])
def test_an_answer_that_nobody_asked_for_authorises_nothing(
        host, evil, good_peer_is_served, answer):
    stream = evil.dial(host.address, ROOMS)
    stream.send(answer % stream.header["id"] if "%" in answer else answer)
    never_authorised(stream, "evil.test")
    good_peer_is_served()


def test_words_behind_starttls_are_not_carried_over(
        host, evil, good_peer_is_served):
    """What comes in clear behind <starttls/> must not count after TLS."""
    stream = evil.connect(host.address)
    stream.open("evil.test", ROOMS)
    stream.send(STARTTLS + MESSAGE % "user@evil.test/x")
    with pytest.raises((Closed, OSError)):
        while True:
            element = stream.read()
            if element.tag.endswith("}proceed"):
                stream.wrap_client(ROOMS)
    good_peer_is_served()


def test_silence_and_resets_harm_nobody(host, evil, good_peer_is_served):
    silent = [evil.connect(host.address) for _ in range(8)]
    for step in range(4):
        stream = evil.connect(host.address)
        if step > 0:
            stream.send_header(from_="evil.test", to=ROOMS)
        if step > 1:
            stream.read_features()
        if step > 2:
            stream.start_tls(ROOMS)
        stream.reset()
    good_peer_is_served()
    for stream in silent:
        stream.sock.close()


def test_a_stream_in_single_bytes_is_understood(host, evil):
    stream = evil.dial_authorised(host.address, ROOMS)
    asked = "in-single-bytes"
    stream.send_slowly("<iq from='user@evil.test/x' to='rooms.test' type='get'"
                       " id='%s'><ping xmlns='urn:xmpp:ping'/></iq>" % asked)
    answer = evil.receive(lambda s: s.get("id") == asked)
    assert answer.get("type") == "result"
    stream.close()


def test_the_error_comes_after_a_header(host, evil):
    """RFC 6120 4.9.1.2: without our header there is no stream to err on."""
    stream = evil.connect(host.address)
    stream.send_header("jabber:client", from_="evil.test", to=ROOMS)
    header = stream.read_header()
    assert header.get("id")
    assert header.get("version") == "1.0"
    assert stream.read().tag == STREAMS + "error"
    stream.close()
