# SPDX-License-Identifier: MIT
"""Occupant sessions over a stop of the daemon: believed for
sessions.restore_within, ended with 333 after that (promise 1 of
doc/architecture.md)."""

import signal

import pytest

from rawpeer import SERVER, Closed
from test_federation import HALLWAY, ROOMS, is_subject, join

STATUS = "{http://jabber.org/protocol/muc#user}status"


def enter(peer, host):
    stream = peer.dial_authorised(host.address, ROOMS)
    join(stream, "ann@one.test/x", "ann")
    peer.receive(is_subject)
    return stream


def test_a_session_is_believed_after_a_short_stop(host, new_peer):
    peer = new_peer("one.test")
    enter(peer, host)
    host.terminate()
    host.start()
    stream = peer.dial_authorised(host.address, ROOMS)
    stream.send("<message from='ann@one.test/x' to='%s' type='groupchat' "
                "id='m1'><body>still here</body></message>" % HALLWAY)
    assert peer.receive(lambda s: s.get("id") == "m1").get("from") == (
        HALLWAY + "/ann")
    stream.close()


def test_what_was_said_before_the_end_was_known_is_heard(host, new_peer):
    """RFC 6120 4.4: who has closed their stream hears the other side out."""
    peer = new_peer("one.test")
    stream = enter(peer, host)
    host.process.signal(signal.SIGTERM)
    with pytest.raises(Closed):
        stream.read()
    assert stream.is_footer_seen
    stream.send("<message from='ann@one.test/x' to='%s' type='groupchat' "
                "id='m1'><body>as I was saying</body></message>" % HALLWAY)
    assert peer.receive(lambda s: s.get("id") == "m1").get("from") == (
        HALLWAY + "/ann")
    stream.close()
    assert host.process.wait() == 0


def test_a_farewell_reaches_people_before_the_end(host, new_peer):
    peer = new_peer("one.test")
    enter(peer, host)
    host.ctl("stop", "--farewell=Back on Monday.")
    host.process.wait()
    gone = peer.receive(lambda s: s.tag == SERVER + "presence"
                        and s.get("type") == "unavailable")
    assert gone.get("to") == "ann@one.test/x"
    assert {s.get("code") for s in gone.iter(STATUS)} == {"110", "332"}
    host.start()
    stream = peer.dial_authorised(host.address, ROOMS)
    asked = stream.ask("ann@one.test/x", HALLWAY + "/ann",
                       "<ping xmlns='urn:xmpp:ping'/>")
    assert peer.receive(lambda s: s.get("id") == asked).get(
        "type") == "error"
    stream.close()


def test_a_session_older_than_restore_within_is_told_that_it_is_over(
        new_host, new_peer):
    host = new_host(extra="sessions: {restore_within: 0}\n")
    peer = new_peer("one.test")
    enter(peer, host)
    host.terminate()
    host.start()
    gone = peer.receive(lambda s: s.tag == SERVER + "presence"
                        and s.get("type") == "unavailable")
    assert gone.get("to") == "ann@one.test/x"
    assert {s.get("code") for s in gone.iter(STATUS)} == {"110", "333"}
    stream = peer.dial_authorised(host.address, ROOMS)
    asked = stream.ask("ann@one.test/x", HALLWAY + "/ann",
                       "<ping xmlns='urn:xmpp:ping'/>")
    assert peer.receive(lambda s: s.get("id") == asked).get(
        "type") == "error"
    stream.close()
