# SPDX-License-Identifier: MIT
"""T16: sizes and idle times, announced and obeyed (XEP-0478)."""

import pytest
from machine import Stopwatch
from rawpeer import FEATURES_TLS, PATIENCE, SERVER, Closed

ROOMS = "rooms.test"
HALLWAY = "hallway@rooms.test"
LIMITS = "{urn:xmpp:stream-limits:0}"
JOIN = ("<presence from='%s' to='%s/%s'><x xmlns='http://jabber.org/"
        "protocol/muc'/></presence>")
MESSAGE = ("<message from='%s' to='%s' type='groupchat' id='%s'><body>big"
           "</body><x xmlns='urn:example:x'>%s</x></message>")
PAYLOAD = "{urn:example:x}x"


def features_with(limits):
    """A peer's features over TLS that tell these limits."""
    return FEATURES_TLS.replace(
        "</stream:features>", "<limits xmlns='urn:xmpp:stream-limits:0'>%s"
        "</limits></stream:features>" % limits)


def join(peer, address):
    """A stream on which ann of the peer is in the room; she has the subject
    already."""
    stream = peer.dial_authorised(address, ROOMS)
    stream.send(JOIN % ("ann@%s/x" % peer.domain, HALLWAY, peer.domain))
    peer.receive(lambda s: s.find(SERVER + "subject") is not None)
    return stream


def test_limits_are_announced(host, new_peer):
    peer = new_peer("one.test")
    stream = peer.connect(host.address)
    plain = stream.open("one.test", ROOMS).find(LIMITS + "limits")
    assert plain.findtext(LIMITS + "max-bytes") == "10240"
    stream.start_tls(ROOMS)
    secure = stream.open("one.test", ROOMS).find(LIMITS + "limits")
    assert secure.findtext(LIMITS + "max-bytes") == "262144"
    assert secure.findtext(LIMITS + "idle-seconds") == "900"
    stream.close()


def test_t16_a_big_stanza_is_dropped_only_for_a_peer_that_takes_less(
        host, new_peer):
    small, large = new_peer("small.test"), new_peer("large.test")
    small.features = features_with("<max-bytes>20000</max-bytes>")
    join(small, host.address)
    stream = join(large, host.address)
    for name, size in (("big", 30000), ("after", 10)):
        stream.send(MESSAGE % ("ann@large.test/x", HALLWAY, name, "x" * size))
    assert len(large.receive(lambda s: s.get("id") == "big")
               .findtext(PAYLOAD)) == 30000
    heard = small.receive(lambda s: s.tag == SERVER + "message"
                          and s.get("id") is not None)
    assert heard.get("id") == "after"
    host.process.wait_for_line("small.test: 1 stanzas dropped, above its "
                               "limit of 20000 bytes")
    assert host.counter("s2s_stanzas_too_big") == 1
    # the one stream to them is still the first
    assert small.accepted.qsize() <= 2


@pytest.mark.parametrize("size", [10000, 60000])
def test_t16_what_is_below_the_limits_passes(host, new_peer, size):
    peer = new_peer("one.test")
    stream = join(peer, host.address)
    stream.send(MESSAGE % ("ann@one.test/x", HALLWAY, "m", "x" * size))
    assert len(peer.receive(lambda s: s.get("id") == "m")
               .findtext(PAYLOAD)) == size
    stream.close()


def test_t16_the_sender_of_too_much_for_a_room_is_told(host, new_peer):
    peer = new_peer("one.test")
    stream = join(peer, host.address)
    stream.send(MESSAGE % ("ann@one.test/x", HALLWAY, "m", "x" * 100000))
    answer = peer.receive(lambda s: s.get("id") == "m")
    assert answer.get("type") == "error"
    assert answer.find(".//{urn:ietf:params:xml:ns:xmpp-stanzas}"
                       "policy-violation") is not None
    stream.close()


def test_t16_beyond_what_is_announced_the_stream_ends(
        host, evil, good_peer_is_served):
    stream = evil.dial_authorised(host.address, ROOMS)
    try:
        stream.send(MESSAGE % ("ann@evil.test/x", HALLWAY, "m",
                               "x" * 600000))
    except OSError:
        pass        # they may be gone before all of it is sent
    try:
        assert stream.read_error() == "policy-violation"
    except Closed:
        pytest.fail("no stream error")
    good_peer_is_served()


def test_an_idle_stream_in_is_closed(new_host, new_peer):
    host = new_host(s2s="idle_in: 10s")
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    with pytest.raises(Closed):
        stream.read()
    assert stream.is_footer_seen


def test_the_peers_idle_time_shortens_our_keep_alive(host, new_peer):
    """Half of its ten seconds after the last stanza comes a blank."""
    peer = new_peer("one.test")
    peer.features = features_with("<idle-seconds>10</idle-seconds>")
    watch = Stopwatch(host.process.pid)
    join(peer, host.address)
    assert peer.blanks.get(timeout=PATIENCE) == b" "
    assert watch.own() < 10
