# SPDX-License-Identifier: MIT
"""The daemon as a peer sees it: dialback both ways, and a room joined."""

import signal

from rawpeer import DIALBACK, SERVER

ROOMS = "rooms.test"
HALLWAY = "hallway@rooms.test"


def join(stream, user, nick):
    stream.send("<presence from='%s' to='%s/%s'><x xmlns='http://jabber.org/"
                "protocol/muc'/></presence>" % (user, HALLWAY, nick))


def is_subject(stanza):
    return (stanza.tag == SERVER + "message"
            and stanza.find(SERVER + "subject") is not None)


def test_a_scripted_peer_joins_and_is_heard(host, new_peer):
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    join(stream, "ann@one.test/x", "ann")
    assert peer.receive(is_subject).get("to") == "ann@one.test/x"
    stream.send("<message from='ann@one.test/x' to='%s' type='groupchat' "
                "id='m1'><body>hello</body></message>" % HALLWAY)
    heard = peer.receive(lambda s: s.get("id") == "m1")
    assert heard.get("from") == HALLWAY + "/ann"
    assert heard.findtext(SERVER + "body") == "hello"
    stream.close()


def test_our_key_is_verified_by_us(host, new_peer):
    """The peer asks us about the key we gave it: valid; another: invalid."""
    peer = new_peer("one.test")
    verdicts = []

    def on_dialback(stream, element):
        asking = peer.dial(host.address, ROOMS)
        for key in (element.text, "0" * len(element.text)):
            asking.send(
                "<db:verify from='one.test' to='rooms.test' id='%s'>%s"
                "</db:verify>" % (stream.sent_id, key))
            answer = asking.read_until(DIALBACK + "verify")
            assert answer.get("id") == stream.sent_id
            verdicts.append(answer.get("type"))
        asking.close()
        peer.answer_result(stream, element, "valid")

    peer.on_dialback = on_dialback
    stream = peer.dial_authorised(host.address, ROOMS)
    asked = stream.ask("ann@one.test/x", ROOMS,
                       "<ping xmlns='urn:xmpp:ping'/>")
    answer = peer.receive(lambda s: s.get("id") == asked)
    assert answer.get("type") == "result"
    assert verdicts == ["valid", "invalid"]
    stream.close()


def test_the_srv_record_decides_where_we_call(host, names, new_peer):
    """The port is the record's; a name without SRV has only A and 5269."""
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    asked = stream.ask("ann@one.test/x", ROOMS,
                       "<ping xmlns='urn:xmpp:ping'/>")
    peer.receive(lambda s: s.get("id") == asked)
    assert names.asked("_xmpp-server._tcp.one.test", "SRV") >= 1
    assert names.asked("one.test", "A") == 0
    stream.close()


def test_two_signals_end_it_as_well_as_one(host, new_peer):
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    join(stream, "ann@one.test/x", "ann")
    peer.receive(is_subject)
    host.process.signal(signal.SIGTERM)
    host.process.wait_for_line("stopping")
    host.process.signal(signal.SIGTERM)
    assert host.process.wait() == 0
