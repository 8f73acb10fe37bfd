# SPDX-License-Identifier: MIT
"""Links that break and heal, and what may be said on a stream: T7, T14 and
T15 of the acceptance tests, with peers that are played."""

import queue

import pytest
from machine import Stopwatch
from rawpeer import SERVER, Crowd, Peer, condition
from test_federation import HALLWAY, ROOMS, is_subject, join

STATUS = "{http://jabber.org/protocol/muc#user}status"

# Conditions of an error for a room's message, and whether they tell that
# their sender is no longer there.
CONDITIONS = {
    "gone": True,
    "item-not-found": True,
    "recipient-unavailable": True,
    "redirect": True,
    "remote-server-not-found": True,
    "remote-server-timeout": True,
    "jid-malformed": True,
    "internal-server-error": True,
    "service-unavailable": True,
    "resource-constraint": False,
    "policy-violation": False,
    "not-acceptable": False,
    "feature-not-implemented": False,
    "bad-request": False,
    "forbidden": False,
    "not-allowed": False,
    "not-authorized": False,
    "unexpected-request": False,
    "conflict": False,
    "payment-required": False,
    "registration-required": False,
    "subscription-required": False,
    "undefined-condition": False,
}


def say(stream, user, body, name):
    stream.send("<message from='%s' to='%s' type='groupchat' id='%s'><body>%s"
                "</body></message>" % (user, HALLWAY, name, body))


def error(kind, sender, to, name, cond):
    return ("<%s type='error' from='%s' to='%s' id='%s'><error type='cancel'>"
            "<%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></%s>"
            % (kind, sender, to, name, cond, kind))


def drain(peer):
    """Everything that is there now."""
    found = []
    while True:
        try:
            found.append(peer.inbox.get_nowait())
        except queue.Empty:
            return found


def until_barrier(peer, stream, user):
    """Everything that came before the room's answer to a question."""
    asked = stream.ask(user, HALLWAY, "<ping xmlns='urn:xmpp:ping'/>")
    found = []
    while not found or found[-1].get("id") != asked:
        found.append(peer.receive())
    return found


def departures(stanzas, to):
    """[(nick, codes)] of those who `to` was told are gone."""
    return [(s.get("from").partition("/")[2],
             {int(c.get("code")) for c in s.iter(STATUS)})
            for s in stanzas
            if s.tag == SERVER + "presence" and s.get("to") == to
            and s.get("type") == "unavailable"]


def bodies(stanzas, to):
    return [s.findtext(SERVER + "body") for s in stanzas
            if s.tag == SERVER + "message" and s.get("to") == to
            and s.find(SERVER + "body") is not None]


# -- T7

def test_t7_a_second_domain_on_the_same_stream(host, names, new_peer):
    peer = new_peer("one.test")
    names.set_server("conference.one.test", peer.port)
    stream = peer.dial_authorised(host.address, ROOMS)
    assert stream.dialback("conference.one.test", ROOMS) == "valid"
    for sender in ("ann@one.test", "bot@conference.one.test/b"):
        asked = stream.ask(sender, ROOMS, "<ping xmlns='urn:xmpp:ping'/>")
        answer = peer.receive(lambda s: s.get("id") == asked)
        assert answer.get("type") == "result"
        assert answer.get("to") == sender
    say(stream, "ann@third.one.test/x", "hello", "m1")
    assert stream.read_error() == "invalid-from"


def test_t7_a_claim_that_fails_leaves_the_others(host, new_peer):
    """XEP-0220 2.4: an error for that pair, the stream stays."""
    peer = new_peer("one.test")
    new_peer("two.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    assert stream.dialback("two.test", ROOMS, key="0" * 64) == "error"
    asked = stream.ask("ann@one.test", ROOMS, "<ping xmlns='urn:xmpp:ping'/>")
    answer = peer.receive(lambda s: s.get("id") == asked)
    assert answer.get("type") == "result"
    say(stream, "ann@two.test/x", "hello", "m1")
    assert stream.read_error() == "invalid-from"


# -- T14

class Scene:
    """A watcher of one domain, and two guests of another that dies."""

    def __init__(self, host, new_peer):
        self.host = host
        self.here = new_peer("here.test")
        self.away = new_peer("away.test")
        self.stream = self.here.dial_authorised(host.address, ROOMS)
        join(self.stream, "ann@here.test/x", "ann")
        self.here.receive(is_subject)
        self.guests = self.away.dial_authorised(host.address, ROOMS)
        for name in ("bob", "cid"):
            join(self.guests, name + "@away.test/y", name)
            self.away.receive(is_subject)
        self.watch()

    def watch(self):
        """What the watcher has been sent by now."""
        return until_barrier(self.here, self.stream, "ann@here.test/x")

    def kill(self):
        """All connections of away.test are cut, and nobody listens."""
        start = len(self.host.process.lines())
        self.away.die()
        self.host.process.wait_for_line("away.test: stream out ended",
                                        start=start)
        drain(self.away)

    def revive(self):
        """It is there again, at the same place."""
        self.away = Peer("away.test", self.away.certificate,
                         port=self.away.port)
        return self.away


@pytest.fixture
def scene(new_host, new_peer, request):
    scene = Scene(new_host(s2s="grace: %s" % request.param), new_peer)
    yield scene
    scene.away.close()


@pytest.mark.parametrize("scene", ["60s"], indirect=True)
def test_t14_what_waited_arrives_once_and_in_order(scene):
    # no more than one occupant may say at once
    said = ["line %d" % number for number in range(10)]
    scene.kill()
    for number, body in enumerate(said):
        say(scene.stream, "ann@here.test/x", body, "m%d" % number)
    assert departures(scene.watch(), "ann@here.test/x") == []
    scene.host.process.wait_for_line("away.test: not reached")
    away = scene.revive()
    heard = {"bob@away.test/y": [], "cid@away.test/y": []}
    while any(len(lines) < len(said) for lines in heard.values()):
        stanza = away.receive()
        if stanza.find(SERVER + "body") is not None:
            heard[stanza.get("to")].append(stanza.findtext(SERVER + "body"))
    say(scene.stream, "ann@here.test/x", "the last", "last")
    last = away.receive(lambda s: s.findtext(SERVER + "body") == "the last"
                        and s.get("to") == "cid@away.test/y")
    assert last is not None
    assert all(lines[:len(said)] == said for lines in heard.values())
    assert departures(scene.watch(), "ann@here.test/x") == []


@pytest.mark.parametrize("scene", ["60s"], indirect=True)
def test_t14_a_peer_that_calls_is_called_at_once(scene):
    """Its proof that it is there ends the waiting."""
    scene.kill()
    say(scene.stream, "ann@here.test/x", "hello", "m1")
    scene.host.process.wait_for_line("away.test: not reached")
    away = scene.revive()
    watch = Stopwatch(scene.host.process.pid)
    away.dial_authorised(scene.host.address, ROOMS)
    heard = away.receive(lambda s: s.get("id") == "m1")
    assert watch.own() < 3
    assert heard.findtext(SERVER + "body") == "hello"


@pytest.mark.parametrize("scene", ["4s"], indirect=True)
def test_t14_after_the_grace_one_333_for_each(scene):
    scene.kill()
    say(scene.stream, "ann@here.test/x", "anybody?", "m1")
    seen = []
    while len(departures(seen, "ann@here.test/x")) < 2:
        seen.append(scene.here.receive())
    say(scene.stream, "ann@here.test/x", "nobody", "m2")
    while "nobody" not in bodies(seen, "ann@here.test/x"):
        seen.append(scene.here.receive())
    gone = departures(seen, "ann@here.test/x")
    assert sorted(gone) == [("bob", {333}), ("cid", {333})]
    assert bodies(seen, "ann@here.test/x") == ["anybody?", "nobody"]
    scene.host.process.wait_for_line("away.test: not reached")
    away = scene.revive()
    guests = away.dial_authorised(scene.host.address, ROOMS)
    join(guests, "bob@away.test/y", "bob")
    away.receive(is_subject)
    assert departures(scene.watch(), "ann@here.test/x") == []
    assert scene.host.counter("s2s_domains_lost") == 1


# -- T17

def test_t17_a_storm_of_joins_is_held_back_and_loses_nobody(
        new_host, new_peer, names, authority):
    """Each newcomer is told of all others: 500 joins in one write make a
    quarter of a million stanzas for the server they came from. While too
    many wait, it is not read; another server is answered as ever. It takes
    in nothing until it is held back, or how fast the machine is would decide
    whether that much ever waits."""
    count = 500
    host = new_host(s2s="burst_stanzas: 2000")
    here = new_peer("here.test")
    stream = here.dial_authorised(host.address, ROOMS)
    join(stream, "ann@here.test/x", "ann")
    here.receive(is_subject)
    crowd = Crowd("crowd.test", authority.issue("crowd.test"))
    names.set_server("crowd.test", crowd.port)
    try:
        crowd.begin(host.address, HALLWAY)
        crowd.takes.clear()
        crowd.enter(range(count))
        host.process.wait_for_line("crowd.test: held back")
        seen = until_barrier(here, stream, "ann@here.test/x")
        crowd.takes.set()
        nicks = []
        while len(nicks) < count:
            stanza = seen.pop(0) if seen else here.receive()
            if stanza.tag == SERVER + "presence":
                assert stanza.get("type") is None
                nicks.append(stanza.get("from").partition("/")[2])
        assert nicks == ["crowd%d" % number for number in range(count)]
        assert departures(until_barrier(here, stream, "ann@here.test/x"),
                          "ann@here.test/x") == []
        assert host.counter("s2s_streams_held") >= 1
        assert host.counter("s2s_domains_lost") == 0
        assert host.counter("s2s_envelopes_dropped") == 0
        assert host.counter("s2s_envelopes_undelivered") == 0
    finally:
        crowd.close()


# -- T15

@pytest.fixture
def room_of_victims(host, new_peer):
    """(peer, stream): a watcher, and a guest named for each condition."""
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    for name in ["watcher", *CONDITIONS]:
        join(stream, name + "@one.test/x", name)
        peer.receive(lambda s: is_subject(s)
                     and s.get("to") == name + "@one.test/x")
    until_barrier(peer, stream, "watcher@one.test/x")
    return peer, stream


def test_t15_a_bounced_line_removes_by_the_table(room_of_victims):
    peer, stream = room_of_victims
    say(stream, "watcher@one.test/x", "hello", "m1")
    for name in CONDITIONS:
        heard = peer.receive(lambda s: s.get("to") == name + "@one.test/x"
                             and s.find(SERVER + "body") is not None)
        stream.send(error("message", name + "@one.test/x",
                          heard.get("from").partition("/")[0],
                          heard.get("id"), name))
    gone = departures(until_barrier(peer, stream, "watcher@one.test/x"),
                      "watcher@one.test/x")
    assert {name for name, _ in gone} == {
        name for name, is_gone in CONDITIONS.items() if is_gone}
    assert len(gone) == len({name for name, _ in gone})
    assert all(codes == {333} for _, codes in gone)


def test_t15_a_bounced_presence_removes_by_the_table(room_of_victims):
    peer, stream = room_of_victims
    for name in CONDITIONS:
        stream.send(error("presence", name + "@one.test/x", HALLWAY,
                          "p1", name))
    gone = departures(until_barrier(peer, stream, "watcher@one.test/x"),
                      "watcher@one.test/x")
    assert {name for name, _ in gone} == {
        name for name, is_gone in CONDITIONS.items() if is_gone}


def test_t15_a_bounced_pm_goes_back_and_removes_nobody(room_of_victims):
    """XEP-0191: who blocks somebody answers service-unavailable."""
    peer, stream = room_of_victims
    stream.send("<message from='watcher@one.test/x' to='%s/"
                "service-unavailable' type='chat' id='pm'><body>psst</body>"
                "</message>" % HALLWAY)
    heard = peer.receive(lambda s: s.get("id") == "pm")
    stream.send(error("message", heard.get("to"), heard.get("from"), "pm",
                      "service-unavailable"))
    back = peer.receive(lambda s: s.get("type") == "error"
                        and s.get("to") == "watcher@one.test/x")
    assert condition(back) == "service-unavailable"
    assert departures(until_barrier(peer, stream, "watcher@one.test/x"),
                      "watcher@one.test/x") == []
