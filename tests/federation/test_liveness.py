# SPDX-License-Identifier: MIT
"""The way to a domain whose people are in rooms: kept open, and tried when the
domain is silent for long (XEP-0199)."""

from rawpeer import SERVER
from test_federation import HALLWAY, ROOMS, is_subject, join

PING = "{urn:xmpp:ping}ping"
STATUS = "{http://jabber.org/protocol/muc#user}status"
LEAVE = "<presence from='%s' to='%s/%s' type='unavailable'/>"
LINE = ("<message from='%s' to='%s' type='groupchat' id='%s'><body>x</body>"
        "</message>")


def enter(peer, host, name):
    stream = peer.dial_authorised(host.address, ROOMS)
    join(stream, "%s@%s/x" % (name, peer.domain), name)
    peer.receive(is_subject)
    return stream


def is_ping(stanza):
    return stanza.find(PING) is not None


def test_a_stream_stays_open_while_people_are_in_rooms(new_host, new_peer):
    host = new_host(s2s="idle_close: 2s")
    stays, leaves = new_peer("stays.test"), new_peer("leaves.test")
    ann = enter(stays, host, "ann")
    bob = enter(leaves, host, "bob")
    bob.send(LEAVE % ("bob@leaves.test/x", HALLWAY, "bob"))
    host.process.wait_for_line("leaves.test: stream out closed, nobody needs")
    # both were used last at the same time
    ann.send(LINE % ("ann@stays.test/x", HALLWAY, "m1"))
    stays.receive(lambda s: s.get("id") == "m1")
    assert stays.accepted.qsize() == 1
    ann.send(LEAVE % ("ann@stays.test/x", HALLWAY, "ann"))
    host.process.wait_for_line("stays.test: stream out closed, nobody needs")


def test_people_of_before_a_restart_count_too(new_host, new_peer):
    host = new_host(s2s="idle_close: 2s\nping_after: 3s")
    peer = new_peer("one.test")
    enter(peer, host, "ann")
    host.terminate()
    host.start()
    assert peer.receive(is_ping).get("from") == ROOMS


def test_a_silent_domain_is_asked_and_asked_again_by_a_new_stream(
        new_host, new_peer):
    host = new_host(s2s="ping_after: 2s\nping_timeout: 2s")
    peer = new_peer("one.test")
    ann = enter(peer, host, "ann")
    first = peer.receive(is_ping)
    assert (first.get("from"), first.get("to")) == (ROOMS, "one.test")
    second = peer.receive(is_ping)
    assert second.get("id") != first.get("id")
    host.process.wait_for_line("one.test: does not answer")
    assert peer.accepted.qsize() == 2
    # who does not answer is no less there
    asked = ann.ask("ann@one.test/x", HALLWAY + "/ann",
                    "<ping xmlns='urn:xmpp:ping'/>")
    assert peer.receive(lambda s: s.get("id") == asked).get(
        "type") == "result"


def test_a_server_that_vanishes_without_a_word_is_noticed(new_host, new_peer):
    """Nobody says anything, so that nothing else would bring it to light."""
    host = new_host(s2s="ping_after: 2s\ngrace: 2s")
    here, gone = new_peer("here.test"), new_peer("gone.test")
    enter(here, host, "ann")
    enter(gone, host, "bob")
    gone.die()
    told = here.receive(lambda s: s.tag == SERVER + "presence"
                        and s.get("type") == "unavailable"
                        and s.get("from") == HALLWAY + "/bob", timeout=60)
    assert {s.get("code") for s in told.iter(STATUS)} == {"333"}
