# SPDX-License-Identifier: MIT
"""Streams used both ways (XEP-0288) with peers that are played: who may say
what on whose stream, and which way is taken when there are two."""

import queue

import pytest
from rawpeer import (BIDI, DIALBACK, FEATURES_EXTERNAL, PATIENCE, SASL,
                     SERVER, STREAM_ERRORS, STREAMS, condition)
from test_external import ROOMS
from test_federation import HALLWAY, is_subject, join

FEATURE = "{urn:xmpp:features:bidi}bidi"
REQUEST = "<bidi xmlns='urn:xmpp:bidi'/>"
OFFER = "<bidi xmlns='urn:xmpp:features:bidi'/></stream:features>"
PING = "<ping xmlns='urn:xmpp:ping'/>"


def dial_bidi(peer, host, request=REQUEST):
    """Proven by certificate on a stream that is used both ways."""
    stream = peer.dial(host.address, ROOMS)
    stream.send(request)
    stream.log_in(peer.domain, ROOMS)
    return stream


def ask_here(stream, user, to=ROOMS):
    """A question, and its answer on the same stream."""
    asked = stream.ask(user, to, PING)
    while True:
        answer = stream.read_until(SERVER + "iq")
        if answer.get("id") == asked:
            return answer


def unreachable(peer):
    """Nobody listens there any more."""
    peer.die()
    return peer


# -- their stream

@pytest.fixture
def hidden(new_peer):
    """A server that cannot be called."""
    return unreachable(new_peer("hidden.test"))


def test_it_is_offered_over_tls_only(sure_host, new_peer):
    peer = new_peer("peer.test")
    stream = peer.connect(sure_host.address)
    assert stream.open("peer.test", ROOMS).find(FEATURE) is None
    stream.start_tls(ROOMS)
    assert stream.open("peer.test", ROOMS).find(FEATURE) is not None
    stream.send(REQUEST)
    assert stream.log_in("peer.test", ROOMS).find(FEATURE) is None
    stream.close()


def test_who_cannot_be_called_is_answered(sure_host, hidden):
    stream = dial_bidi(hidden, sure_host)
    assert ask_here(stream, "ann@hidden.test/x").get("type") == "result"
    join(stream, "ann@hidden.test/x", "ann")
    while not is_subject(stream.read_until(SERVER + "message")):
        pass
    for number in range(20):
        stream.send("<message from='ann@hidden.test/x' to='%s' id='m%d' "
                    "type='groupchat'><body>line %d</body></message>" % (
                        HALLWAY, number, number))
    heard = [stream.read_until(SERVER + "message").findtext(SERVER + "body")
             for _ in range(20)]
    assert heard == ["line %d" % number for number in range(20)]
    assert sure_host.count("hallway_s2s_bidi_in") == 1
    assert sure_host.count("hallway_s2s_streams_out") == 0
    assert "on their stream" in sure_host.ctl("s2s", "list")
    stream.close()


def test_not_asked_for_it_is_not_used(sure_host, new_peer):
    peer = new_peer("peer.test")
    stream = peer.dial(sure_host.address, ROOMS)
    stream.log_in("peer.test", ROOMS)
    asked = stream.ask("ann@peer.test/x", ROOMS, PING)
    peer.receive(lambda s: s.get("id") == asked)
    assert sure_host.count("hallway_s2s_bidi_in") == 0
    stream.close()


@pytest.mark.parametrize("way", ["external", "dialback", "twice"])
def test_too_late_it_is_refused(sure_host, new_peer, way):
    peer = new_peer("peer.test")
    stream = peer.dial(sure_host.address, ROOMS)
    if way == "external":
        stream.log_in("peer.test", ROOMS)
    elif way == "dialback":
        assert stream.dialback("peer.test", ROOMS) == "valid"
    else:
        stream.send(REQUEST)
    stream.send(REQUEST)
    assert stream.read_error() == "unsupported-stanza-type"


def test_off_it_is_neither_offered_nor_taken(new_host, authority, new_peer):
    host = new_host(trust=authority.cert, s2s="bidi: no",
                    certificates={ROOMS: authority.issue(ROOMS)})
    peer = new_peer("peer.test")
    stream = peer.connect(host.address)
    stream.open("peer.test", ROOMS)
    stream.start_tls(ROOMS)
    assert stream.open("peer.test", ROOMS).find(FEATURE) is None
    stream.send(REQUEST)
    assert stream.read_error() == "unsupported-stanza-type"


def test_only_who_is_proven_is_answered_there(sure_host, hidden, new_peer):
    """Of two domains on one stream each has its own way; a third none."""
    new_peer("third.test")
    stream = dial_bidi(hidden, sure_host)
    assert ask_here(stream, "ann@hidden.test/x") is not None
    stream.send("<iq from='eve@third.test/x' to='%s' type='get' id='1'>%s"
                "</iq>" % (ROOMS, PING))
    assert stream.read_error() == "invalid-from"


def test_by_dialback_both_ways_are_of_use(host, new_peer):
    """The one call that dialback needs is not used for stanzas."""
    peer = new_peer("peer.test")
    stream = peer.dial(host.address, ROOMS)
    stream.send(REQUEST)
    assert stream.dialback("peer.test", ROOMS) == "valid"
    assert ask_here(stream, "ann@peer.test/x").get("type") == "result"
    assert peer.inbox.empty()
    stream.close()


def test_limits_in_the_request_are_obeyed(sure_host, hidden):
    limits = ("<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>10000"
              "</max-bytes></limits>")
    stream = dial_bidi(hidden, sure_host, REQUEST.replace(
        "/>", ">" + limits + "</bidi>"))
    join(stream, "ann@hidden.test/x", "ann")
    while not is_subject(stream.read_until(SERVER + "message")):
        pass
    for body in ("x" * 11000, "short"):
        stream.send("<message from='ann@hidden.test/x' to='%s' id='m' type="
                    "'groupchat'><body>%s</body></message>" % (HALLWAY, body))
    heard = stream.read_until(SERVER + "message")
    assert heard.findtext(SERVER + "body") == "short"
    assert sure_host.count("hallway_s2s_stanzas_too_big") == 1
    stream.close()


def test_an_open_stream_of_ours_stays_the_way(sure_host, new_peer):
    """And theirs becomes it when that ends."""
    peer = new_peer("peer.test")
    stream = peer.dial_authorised(sure_host.address, ROOMS)
    asked = stream.ask("ann@peer.test/x", ROOMS, PING)
    peer.receive(lambda s: s.get("id") == asked)
    second = dial_bidi(peer, sure_host)
    asked = second.ask("ann@peer.test/x", ROOMS, PING)
    peer.receive(lambda s: s.get("id") == asked)
    start = len(sure_host.process.lines())
    peer.die()
    sure_host.process.wait_for_line("peer.test: stream out ended",
                                    start=start)
    third = dial_bidi(peer, sure_host)
    assert ask_here(third, "ann@peer.test/x").get("type") == "result"


def test_the_next_stream_takes_over(sure_host, hidden):
    """While one is used another waits; what was said arrives in order."""
    first = dial_bidi(hidden, sure_host)
    assert ask_here(first, "ann@hidden.test/x") is not None
    second = dial_bidi(hidden, sure_host)
    asked = second.ask("ann@hidden.test/x", ROOMS, PING)
    assert first.read_until(SERVER + "iq").get("id") == asked
    first.close()
    sure_host.process.wait_for_line("ended: closed by peer")
    assert ask_here(second, "ann@hidden.test/x") is not None
    second.close()


def test_what_waits_for_a_hidden_one_goes_when_it_calls(sure_host, hidden,
                                                        new_peer):
    first = dial_bidi(hidden, sure_host)
    join(first, "ann@hidden.test/x", "ann")
    while not is_subject(first.read_until(SERVER + "message")):
        pass
    start = len(sure_host.process.lines())
    first.reset()
    sure_host.process.wait_for_line("hidden.test: stream in from .* ended",
                                    start=start)
    peer = new_peer("peer.test")
    stream = peer.dial_authorised(sure_host.address, ROOMS)
    join(stream, "bob@peer.test/x", "bob")
    peer.receive(is_subject)
    for number in range(5):
        stream.send("<message from='bob@peer.test/x' to='%s' id='m%d' type="
                    "'groupchat'><body>line %d</body></message>" % (
                        HALLWAY, number, number))
    peer.receive(lambda s: s.findtext(SERVER + "body") == "line 4")
    sure_host.process.wait_for_line("hidden.test: not reached")
    again = dial_bidi(hidden, sure_host)
    heard = [again.read_until(SERVER + "message").findtext(SERVER + "body")
             for _ in range(5)]
    assert heard == ["line %d" % number for number in range(5)]
    again.close()


def test_at_the_end_they_are_told_and_all_is_closed(sure_host, hidden):
    stream = dial_bidi(hidden, sure_host)
    join(stream, "ann@hidden.test/x", "ann")
    while not is_subject(stream.read_until(SERVER + "message")):
        pass
    sure_host.process.signal(15)
    stream.read_end()
    assert stream.is_footer_seen
    assert sure_host.process.wait() == 0


# -- our stream

class Caller:
    """A peer that is called, and speaks on the stream that it is given."""

    def __init__(self, peer, features):
        self.peer = peer
        self.order = []             # tags of what came before stanzas
        self.streams = queue.Queue()    # those that were opened for stanzas
        self.errors = queue.Queue()
        self.results = queue.Queue()
        peer.features = features
        peer.on_auth = self.on_auth
        peer.on_dialback = self.on_dialback
        peer.on_other = self.on_other

    def on_auth(self, stream, element):
        self.order.append(element.tag)
        stream.accept_auth()
        self.peer.answer_header(stream, "<stream:features/>")
        self.streams.put(stream)

    def on_dialback(self, stream, element):
        if element.get("type"):
            self.results.put(element)
            return
        self.order.append(element.tag)
        self.peer.answer_result(stream, element, "valid")
        self.streams.put(stream)

    def on_other(self, _stream, element):
        if element.tag == STREAMS + "error":
            self.errors.put(condition(element, STREAM_ERRORS))
        else:
            self.order.append(element.tag)

    def be_called(self, host):
        """The stream that they open to answer a question."""
        stream = self.peer.dial_authorised(host.address, ROOMS)
        asked = stream.ask("ann@%s/x" % self.peer.domain, ROOMS, PING)
        self.peer.receive(lambda s: s.get("id") == asked)
        return self.streams.get(timeout=PATIENCE)

    def ask(self, stream, user, to=ROOMS):
        asked = stream.ask(user, to, PING)
        return self.peer.receive(lambda s: s.get("id") == asked)


OFFERS = {
    "external": FEATURES_EXTERNAL.replace("</stream:features>", OFFER),
    "dialback": "<stream:features><dialback xmlns="
                "'urn:xmpp:features:dialback'><errors/></dialback>" + OFFER,
}


@pytest.fixture(params=["external", "dialback"])
def called(sure_host, new_peer, request):
    caller = Caller(new_peer("peer.test"), OFFERS[request.param])
    stream = caller.be_called(sure_host)
    assert caller.order == [BIDI + "bidi",
                            SASL + "auth" if request.param == "external"
                            else DIALBACK + "result"]
    return sure_host, caller, stream


def test_they_may_speak_on_our_stream(called):
    host, caller, stream = called
    for _ in range(3):
        answer = caller.ask(stream, "ann@peer.test/x")
        assert answer.get("type") == "result"
    assert host.count("hallway_s2s_bidi_out") == 1


@pytest.mark.parametrize("sender", [
    "eve@third.test/x", "conference.peer.test", ROOMS, "x@" + ROOMS])
def test_but_not_for_others(called, sender):
    _, caller, stream = called
    stream.ask(sender, ROOMS, PING)
    assert caller.errors.get(timeout=PATIENCE) == "invalid-from"


def test_nor_prove_others_there(called):
    """They have a stream of their own for that."""
    _, caller, stream = called
    stream.send("<db:result from='third.test' to='%s'>00</db:result>" % ROOMS)
    assert caller.results.get(timeout=PATIENCE).get("type") == "error"
    assert caller.ask(stream, "ann@peer.test/x") is not None


def test_not_asked_they_may_not(sure_host, new_peer):
    caller = Caller(new_peer("peer.test"), FEATURES_EXTERNAL)
    stream = caller.be_called(sure_host)
    stream.ask("ann@peer.test/x", ROOMS, PING)
    assert caller.errors.get(timeout=PATIENCE) == "not-authorized"
    assert caller.order == [SASL + "auth"]


def test_nor_before_we_are_believed(sure_host, new_peer):
    caller = Caller(new_peer("peer.test"), OFFERS["dialback"])
    early = queue.Queue()

    def speak(stream, _element):
        early.put(stream.ask("ann@peer.test/x", ROOMS, PING))

    caller.peer.on_dialback = speak
    stream = caller.peer.dial_authorised(sure_host.address, ROOMS)
    stream.ask("ann@peer.test/x", ROOMS, PING)
    assert early.get(timeout=PATIENCE)
    assert caller.errors.get(timeout=PATIENCE) == "not-authorized"
