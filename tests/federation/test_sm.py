# SPDX-License-Identifier: MIT
"""Acknowledgements (XEP-0198) with peers that are played: what is counted,
what is sent again when a stream is lost, and who is taken to be gone."""

import queue
import socket

import pytest
from rawpeer import (FEATURES_EXTERNAL, SERVER, SM,
                     STREAM_ERRORS, STREAMS, condition)
from test_external import dial_logged_in
from test_federation import HALLWAY, ROOMS, is_subject, join

NS = "urn:xmpp:sm:3"
ENABLE = "<enable xmlns='%s'/>" % NS
ENABLED = "<enabled xmlns='%s'/>" % NS
ASK = "<r xmlns='%s'/>" % NS
ACK = "<a xmlns='%s' h='%%d'/>" % NS
FEATURES = "<stream:features><sm xmlns='%s'/></stream:features>" % NS
PING = "<ping xmlns='urn:xmpp:ping'/>"


def handled(stream):
    """What they say that they took of ours."""
    stream.send(ASK)
    return int(stream.read_until(SM + "a").get("h"))


# A stream that we ended counts as a try that failed: the next ones come after
# about 5 and 15 s.
BACK_OFF = 60


class Counter:
    """Makes `peer` acknowledge what it is sent, as long as `ack` says so:
    it is given (number of the stream, stanzas that came there)."""

    def __init__(self, peer, ack):
        self.peer = peer
        self.ack = ack
        self.streams = []           # [(stream, [bodies])]
        self.ends = queue.Queue()   # stream errors that came
        peer.features = FEATURES_EXTERNAL
        peer.on_auth = self.on_auth
        peer.on_stanza = self.on_stanza
        peer.on_other = self.on_other

    def on_auth(self, stream, _element):
        stream.accept_auth()
        self.peer.answer_header(stream, FEATURES)

    def on_stanza(self, stream, element):
        stream.handled += 1
        body = element.findtext(SERVER + "body")
        if body is not None:
            stream.heard.append(body)
        self.peer.inbox.put(element)

    def on_other(self, stream, element):
        if element.tag == SM + "enable":
            stream.handled = 0
            stream.heard = []
            self.streams.append(stream)
            stream.send(ENABLED)
        elif element.tag == SM + "r":
            h = self.ack(len(self.streams) - 1, stream.handled)
            if h is not None:
                stream.send(ACK % h)
        elif element.tag == STREAMS + "error":
            self.ends.put(element)

    def end(self):
        """The stream error that ends one of the streams."""
        return self.ends.get(timeout=BACK_OFF)


def say(stream, number):
    stream.send("<message from='ann@here.test/x' to='%s' type='groupchat' "
                "id='m%d'><body>line %d</body></message>" % (
                    HALLWAY, number, number))


@pytest.fixture
def scene(new_host, authority, new_peer, request):
    """A speaker of here.test, and bob of away.test who listens; the latter's
    server counts as the test says."""
    ack, lines = request.param
    host = new_host(trust=authority.cert, s2s=lines,
                    certificates={ROOMS: authority.issue(ROOMS)})
    here, away = new_peer("here.test"), new_peer("away.test")
    counter = Counter(away, ack)
    speaker = here.dial_authorised(host.address, ROOMS)
    join(speaker, "ann@here.test/x", "ann")
    here.receive(is_subject)
    guest = away.dial_authorised(host.address, ROOMS)
    join(guest, "bob@away.test/y", "bob")
    away.receive(is_subject)
    return host, speaker, counter


def count_all(_stream, count):
    return count


def cut(stream):
    """Its connection ends without a farewell."""
    socket.socket.shutdown(stream.sock, socket.SHUT_RDWR)


def wait_for(peer, body):
    peer.receive(lambda s: s.findtext(SERVER + "body") == body, BACK_OFF)


# -- they ask us

def test_what_comes_is_counted(sure_host, new_peer):
    peer = new_peer("peer.test")
    stream = dial_logged_in(peer, sure_host)
    stream.send(ENABLE)
    answer = stream.read_until(SM + "enabled")
    assert answer.attrib == {}      # nothing to resume
    assert handled(stream) == 0
    for number in range(1, 4):
        stream.ask("user@peer.test/x", ROOMS, PING)
        stream.send(" ")            # no stanza
        assert handled(stream) == number
    stream.send(ENABLE)
    assert stream.read_until(SM + "failed")[0].tag.endswith(
        "}unexpected-request")
    assert handled(stream) == 3
    assert sure_host.count("hallway_s2s_managed_in") == 1
    stream.close()


def test_it_is_offered_to_the_proven_only(sure_host, new_peer):
    peer = new_peer("peer.test")
    stream = peer.connect(sure_host.address)
    features = stream.open(peer.domain, ROOMS)
    assert features.find(SM + "sm") is None
    stream.start_tls(ROOMS)
    features = stream.open(peer.domain, ROOMS)
    assert features.find(SM + "sm") is None
    features = stream.log_in(peer.domain, ROOMS)
    assert features.find(SM + "sm") is not None
    stream.close()


@pytest.mark.parametrize("early", [ENABLE, ASK, ACK % 0])
def test_before_that_it_is_refused(sure_host, new_peer, early):
    peer = new_peer("peer.test")
    stream = peer.dial(sure_host.address, ROOMS)
    stream.send(early)
    assert stream.read_error() == "unsupported-stanza-type"


def test_off_it_is_neither_offered_nor_taken(new_host, authority, new_peer):
    host = new_host(trust=authority.cert, s2s="stream_management: no",
                    certificates={ROOMS: authority.issue(ROOMS)})
    peer = new_peer("peer.test")
    stream = peer.dial(host.address, ROOMS)
    assert stream.log_in(peer.domain, ROOMS).find(SM + "sm") is None
    stream.send(ENABLE)
    assert stream.read_error() == "unsupported-stanza-type"


@pytest.mark.parametrize("text,cond", [
    ("1", "undefined-condition"), ("4294967295", "undefined-condition"),
    ("-1", "bad-format"), ("x", "bad-format")])
def test_nothing_was_sent_to_acknowledge(sure_host, new_peer, text, cond):
    peer = new_peer("peer.test")
    stream = dial_logged_in(peer, sure_host)
    stream.send(ENABLE + "<a xmlns='%s' h='%s'/>" % (NS, text))
    stream.read_until(SM + "enabled")
    assert stream.read_error() == cond


# -- we ask them

@pytest.mark.parametrize("scene", [(count_all, "")], indirect=True)
def test_acknowledged_it_is_not_sent_again(scene):
    host, speaker, counter = scene
    for number in range(30):
        say(speaker, number)
    wait_for(counter.peer, "line 29")
    assert host.count("hallway_s2s_managed_out") == 1
    start = len(host.process.lines())
    cut(counter.streams[0])
    host.process.wait_for_line("away.test: stream out ended", start=start)
    say(speaker, 30)
    wait_for(counter.peer, "line 30")
    assert counter.streams[1].heard[-1] == "line 30"
    # what came a moment before the end may not have been acknowledged
    assert host.count("hallway_s2s_stanzas_resent") <= 2
    assert host.count("hallway_s2s_streams_silent") == 0


def count_some(stream, count):
    return min(count, 10) if stream == 0 else count


@pytest.mark.parametrize("scene", [(count_some, "")], indirect=True)
def test_what_was_not_acknowledged_is_sent_once_more(scene):
    """In order, before what is newer."""
    host, speaker, counter = scene
    for number in range(30):
        say(speaker, number)
    wait_for(counter.peer, "line 29")
    first = counter.streams[0]
    taken = 10 - (first.handled - len(first.heard))    # lines acknowledged
    start = len(host.process.lines())
    cut(first)
    host.process.wait_for_line("away.test: stream out ended", start=start)
    for number in range(30, 33):
        say(speaker, number)
    wait_for(counter.peer, "line 32")
    assert counter.streams[1].heard[-33 + taken:] == [
        "line %d" % number for number in range(taken, 33)]
    assert host.count("hallway_s2s_stanzas_resent") > 0


@pytest.mark.parametrize("scene", [(lambda *_: None, "ack_timeout: 1s")],
                         indirect=True)
def test_who_does_not_acknowledge_is_gone(scene):
    """And what is lost twice is not sent a third time."""
    host, speaker, counter = scene
    say(speaker, 1)
    wait_for(counter.peer, "line 1")
    assert condition(counter.end(), STREAM_ERRORS) == "connection-timeout"
    host.process.wait_for_line("does not acknowledge")
    wait_for(counter.peer, "line 1")
    assert condition(counter.end(), STREAM_ERRORS) == "connection-timeout"
    say(speaker, 2)
    wait_for(counter.peer, "line 2")
    heard = [body for stream in counter.streams for body in stream.heard]
    assert heard.count("line 1") == 2
    assert host.count("hallway_s2s_streams_silent") == 2


TOO_MANY = 1000     # more than can be on their way when it is told


def count_too_many(_stream, count):
    return count + TOO_MANY


@pytest.mark.parametrize("scene", [(count_too_many, "")], indirect=True)
def test_more_than_was_sent(scene):
    _, speaker, counter = scene
    say(speaker, 1)
    error = counter.end()
    assert condition(error, STREAM_ERRORS) == "undefined-condition"
    fault = error.find(SM + "handled-count-too-high")
    sent = int(fault.get("send-count"))
    assert sent < int(fault.get("h")) <= sent + TOO_MANY


@pytest.mark.parametrize("scene", [
    (lambda *_: None, "unacked_envelopes: 5")], indirect=True)
def test_only_so_much_is_kept(scene):
    host, speaker, counter = scene
    for number in range(30):
        say(speaker, number)
    wait_for(counter.peer, "line 29")
    start = len(host.process.lines())
    cut(counter.streams[0])
    host.process.wait_for_line("away.test: stream out ended", start=start)
    say(speaker, 30)
    wait_for(counter.peer, "line 30")
    assert 0 < host.count("hallway_s2s_stanzas_resent") <= 6
    assert host.count("hallway_s2s_stanzas_let_go") > 20


def test_who_refuses_is_sent_to_all_the_same(sure_host, new_peer):
    peer = new_peer("peer.test")
    counter = Counter(peer, count_all)

    def refuse(stream, element):
        assert element.tag == SM + "enable"
        stream.handled, stream.heard = 0, []
        stream.send("<failed xmlns='%s'><unexpected-request xmlns="
                    "'urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>" % NS)

    peer.on_other = refuse
    stream = peer.dial_authorised(sure_host.address, ROOMS)
    join(stream, "ann@peer.test/x", "ann")
    peer.receive(is_subject)
    asked = stream.ask("ann@peer.test/x", ROOMS, PING)
    peer.receive(lambda s: s.get("id") == asked)
    assert counter.peer.complaints == []
    assert sure_host.count("hallway_s2s_managed_out") == 0
    stream.close()
