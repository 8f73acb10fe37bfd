# SPDX-License-Identifier: MIT
"""T8: who says to be somebody else, or puts himself between. Tests carry the
number of the threat; S10, S11, S13 and S15, and others of these, are with what
they threaten: test_external, test_bad_input, test_direct_tls; S5 and S7 with
dialback's unit tests."""

import os
import queue
import socket
import time

import certs
import pytest
from rawpeer import (DIALBACK, FEATURES_TLS, PROCEED, TLS, Closed, condition)

ROOMS = "rooms.test"
MESSAGE = ("<message from='%s' to='hallway@rooms.test' type='groupchat' "
           "id='x'><body>hello</body></message>")
CLAIM = "<db:result from='%s' to='rooms.test'>%s</db:result>"
RESULT = "<db:result from='%s' to='rooms.test' type='valid'/>"
VERIFY = "<db:verify from='%s' to='rooms.test' id='%s' type='valid'/>"


def proven(host):
    """How many pairs were ever authorised."""
    return (host.count("hallway_dialback_results_valid") +
            host.count("hallway_s2s_external_in"))


def claim(stream, peer, domain):
    """Ask to speak for `domain`, without waiting for the answer."""
    stream.send(CLAIM % (domain, peer.issue_key(ROOMS, stream.header["id"])))


def is_served(host, peer, stream):
    asked = stream.ask("user@%s/x" % peer.domain, ROOMS,
                       "<ping xmlns='urn:xmpp:ping'/>")
    answer = peer.receive(lambda s: s.get("id") == asked)
    return answer.get("type") == "result"


def next_asked(peer):
    """The db:verify that came to the peer, whose on_verify keeps them."""
    return peer.asked.get(timeout=60)


def keep_questions(peer):
    """Let the peer's server be silent; (stream, db:verify) go to asked."""
    peer.asked = queue.Queue()
    peer.on_verify = lambda stream, element: peer.asked.put((stream, element))


# -- S1: answers to questions that were not asked

def dial_to(state, host, evil):
    """A stream of evil's, and what a stanza of somebody else's brings."""
    if state == "plain":
        stream = evil.connect(host.address)
        stream.open(evil.domain, ROOMS)
        return stream, "not-authorized"
    stream = evil.dial(host.address, ROOMS)
    if state == "claimed":
        claim(stream, evil, "victim.test")
    if state != "open":
        return stream, "not-authorized"
    assert stream.dialback(evil.domain, ROOMS) == "valid"
    return stream, "invalid-from"


@pytest.mark.parametrize("answer", [RESULT, VERIFY])
@pytest.mark.parametrize("state", ["plain", "secure", "claimed", "open"])
def test_s1_unsolicited_answers_authorise_nothing(
        host, evil, new_peer, answer, state):
    victim = new_peer("victim.test")
    keep_questions(victim)      # a claim stays pending
    stream, error = dial_to(state, host, evil)
    before = proven(host)
    words = ("victim.test", stream.header["id"])[:answer.count("%s")]
    stream.send(answer % words)
    stream.send(MESSAGE % "user@victim.test/x")
    assert stream.read_error() == error
    assert proven(host) == before
    assert host.count("hallway_s2s_spoofs") == (2 if state == "open" else 1)
    assert host.count("hallway_s2s_errors_" + error.replace("-", "_")) == 1


def test_s1_the_third_ends_the_stream(host, evil, good_peer_is_served):
    stream = evil.dial(host.address, ROOMS)
    stream.send((VERIFY % ("evil.test", stream.header["id"])) * 3)
    assert stream.read_error() == "policy-violation"
    assert host.count("hallway_s2s_spoofs") == 3
    good_peer_is_served()


def test_s1_a_server_that_is_asked_answers_for_another(host, evil, new_peer):
    """On a stream that we opened to it, too, it is only itself."""
    victim = new_peer("victim.test")
    keep_questions(victim)
    stream = evil.dial(host.address, ROOMS)
    claim(stream, evil, "victim.test")
    next_asked(victim)

    def lie(out, element):
        good = type(evil).on_verify
        out.send(VERIFY % ("victim.test", stream.header["id"]))
        out.send(RESULT % "victim.test")
        good(evil, out, element)

    evil.on_verify = lie
    assert stream.dialback("evil.test", ROOMS) == "valid"
    assert host.count("hallway_s2s_spoofs") == 2
    stream.send(MESSAGE % "user@victim.test/x")
    assert stream.read_error() == "invalid-from"
    assert host.count("hallway_s2s_spoofs") == 3


# -- S2: answers to another stream's question

def test_s2_an_answer_counts_for_its_stream_only(host, evil):
    """Two streams ask for the same pair; one answer, said twice."""
    keep_questions(evil)
    one = evil.dial(host.address, ROOMS)
    two = evil.dial(host.address, ROOMS)
    claim(one, evil, "evil.test")
    out, first = next_asked(evil)
    claim(two, evil, "evil.test")
    _, second = next_asked(evil)
    assert {first.get("id"), second.get("id")} == {one.header["id"],
                                                   two.header["id"]}
    out.send((VERIFY % ("evil.test", one.header["id"])) * 2)
    answer = one.read_until(DIALBACK + "result")
    assert answer.get("type") == "valid"
    host.process.wait_for_line("unsolicited dialback")
    two.send(MESSAGE % "user@evil.test/x")
    assert two.read_error() == "not-authorized"
    assert proven(host) == 1
    one.close()


# -- S3, S4

@pytest.mark.parametrize("domain", ["victim.test", "sub.evil.test", ROOMS])
def test_s3_s4_a_pair_is_exactly_that(host, evil, domain):
    stream = evil.dial_authorised(host.address, ROOMS)
    stream.send(MESSAGE % ("user@%s/x" % domain))
    assert stream.read_error() == "invalid-from"
    assert host.count("hallway_s2s_spoofs") == 1
    assert host.count("hallway_s2s_errors_invalid_from") == 1


# -- S6: our secret

@pytest.mark.parametrize("hours", [0, 25])
def test_s6_a_key_outlives_a_restart(host, new_peer, hours):
    """It was given out before, and is asked about after; the secret may have
    been changed meanwhile, because it was old."""
    peer = new_peer("slow.test")
    claims = queue.Queue()
    peer.on_dialback = lambda stream, element: claims.put((stream, element))
    stream = peer.dial_authorised(host.address, ROOMS)
    stream.ask("user@slow.test/x", ROOMS, "<ping xmlns='urn:xmpp:ping'/>")
    out, asserted = claims.get(timeout=60)
    host.terminate()
    secret = host.state / "dialback.secret"
    before = secret.read_text()
    os.utime(secret, (time.time() - hours * 3600,) * 2)
    host.start()
    assert (secret.read_text() == before) == (hours < 24)
    caller = peer.dial(host.address, ROOMS)
    for key, verdict in ((asserted.text, "valid"), ("0" * 64, "invalid")):
        caller.send("<db:verify from='slow.test' to='rooms.test' id='%s'>%s"
                    "</db:verify>" % (out.sent_id, key))
        answer = caller.read_until(DIALBACK + "verify")
        assert answer.get("type") == verdict
    assert host.count("hallway_dialback_verifies_valid") == 1
    assert host.count("hallway_dialback_verifies_invalid") == 1
    caller.close()


def test_s6_the_secret_changes_while_keys_are_out(host, new_peer):
    """It grows a day old in the running daemon. What was shown before is still
    confirmed, by each thread, and what is shown now as well."""
    peer = new_peer("slow.test")
    claims = queue.Queue()
    peer.on_dialback = lambda stream, element: claims.put((stream, element))
    host.terminate()
    secret = host.state / "dialback.secret"
    before = secret.read_text()
    os.utime(secret, (time.time() - 24 * 3600 + 3,) * 2)
    host.start()

    def claimed():
        """What the host shows us when it has something to say."""
        stream = peer.dial_authorised(host.address, ROOMS)
        stream.ask("user@slow.test/x", ROOMS, "<ping xmlns='urn:xmpp:ping'/>")
        return claims.get(timeout=60)

    out, old = claimed()
    assert secret.read_text() == before
    host.process.wait_for_line("a new secret makes our keys")
    assert secret.read_text() != before
    callers = [peer.dial(host.address, ROOMS) for _ in range(4)]
    keys = [(out.sent_id, old.text, "valid"), (out.sent_id, "0" * 64, "invalid")]
    # believed only now: the stream that waited is good
    peer.answer_result(out, old, "valid")
    assert peer.receive().get("type") == "result"
    out.hang_up()
    out, new = claimed()
    keys.append((out.sent_id, new.text, "valid"))
    for caller in callers:
        for name, key, verdict in keys:
            caller.send("<db:verify from='slow.test' to='rooms.test' id='%s'>"
                        "%s</db:verify>" % (name, key))
            answer = caller.read_until(DIALBACK + "verify")
            assert answer.get("type") == verdict
        caller.close()
    assert host.count("hallway_dialback_verifies_valid") == 8


# -- S8: DNS leads to somebody else

def poisoned(new_host, new_peer, names, authority, s2s):
    """peer.test has logged in; now its name leads to an attacker who
    vouches for everything, by a certificate of his own making."""
    host = new_host(trust=authority.cert, s2s=s2s)
    stream = new_peer("peer.test").dial(host.address, ROOMS)
    stream.log_in("peer.test", ROOMS)
    stream.close()
    host.process.wait_for_line("peer.test: stream in .* ended")
    attacker = new_peer("attacker.test", certs.self_signed(
        host.folder / "certs", "peer.test"))
    attacker.domain = "peer.test"
    names.set_server("peer.test", attacker.port)
    host.terminate()            # and nothing of DNS is remembered
    host.start()
    return host, attacker


def test_s8_who_had_a_certificate_needs_one(new_host, new_peer, names,
                                            authority):
    host, attacker = poisoned(new_host, new_peer, names, authority,
                              "refuse_downgrade: yes")
    before = proven(host)
    stream = attacker.dial(host.address, ROOMS)
    assert stream.dialback("peer.test", ROOMS) == "error"
    stream.send(MESSAGE % "user@peer.test/x")
    assert stream.read_error() == "not-authorized"
    assert proven(host) == before
    assert host.count("hallway_s2s_downgrades") >= 1


def test_s8_by_default_an_alarm_is_given(new_host, new_peer, names,
                                         authority):
    host, attacker = poisoned(new_host, new_peer, names, authority, "")
    attacker.dial_authorised(host.address, ROOMS)
    host.process.wait_for_line("warn .*peer.test: .*certificate before")
    assert host.count("hallway_s2s_downgrades") >= 1


def test_s8_nobody_vouches_in_clear_text(host, evil):
    """Whoever answers for the domain, without TLS he is not heard."""
    def plain(stream):
        evil.answer_header(stream, FEATURES_TLS)
        while True:
            element = stream.read()
            said.append(element.tag)
            if element.tag == TLS + "starttls":
                stream.send("<failure xmlns="
                            "'urn:ietf:params:xml:ns:xmpp-tls'/>")
            else:
                evil.on_verify(stream, element)

    said = []
    evil.on_stream = plain
    stream = evil.dial(host.address, ROOMS)
    assert stream.dialback("evil.test", ROOMS) == "error"
    assert said[0] == TLS + "starttls"
    assert not [tag for tag in said if tag.startswith(DIALBACK)]
    assert proven(host) == 0


# -- S9: a way that ends here again

def test_s9_a_domain_that_leads_to_us(host, evil, names,
                                      good_peer_is_served):
    names.set_server("x.test", host.address[1])
    stream = evil.dial(host.address, ROOMS)
    assert stream.dialback("x.test", ROOMS, "0" * 64) == "error"
    assert proven(host) == 0
    assert host.count("hallway_s2s_errors_host_unknown") == 1   # to ourselves
    good_peer_is_served()


# -- S12: TLS is said not to be there

class Stripper:
    """A way to the host that takes <starttls/> out of what it says."""

    def __init__(self, peer, host):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.client = peer.connect(self.listener.getsockname())
        self.side, _ = self.listener.accept()
        self.server = peer.connect(host.address)

    def close(self):
        for sock in (self.listener, self.side):
            sock.close()

    def exchange(self, local):
        """Headers through it; what the client sees of features."""
        self.client.send_header(from_=local, to=ROOMS)
        self.server.send(self.side.recv(4096))
        header = self.server.read_header()
        features = self.server.read_features()
        for child in features.findall(TLS + "starttls"):
            features.remove(child)
        return header, features


def test_s12_without_tls_nobody_comes_in(host, evil):
    """The client is fooled, and tries dialback: it is told why not."""
    proxy = Stripper(evil, host)
    header, features = proxy.exchange("evil.test")
    assert features.find(TLS + "starttls") is None
    proxy.client.send(CLAIM % ("evil.test",
                               evil.issue_key(ROOMS, header["id"])))
    proxy.server.send(proxy.side.recv(4096))
    answer = proxy.server.read_until(DIALBACK + "result")
    assert condition(answer) == "policy-violation"
    proxy.server.send(MESSAGE % "user@evil.test/x")
    assert proxy.server.read_error() == "not-authorized"
    assert proven(host) == 0
    proxy.close()


@pytest.mark.parametrize("features", [
    "<stream:features/>",
    "<stream:features><dialback xmlns='urn:xmpp:features:dialback'/>"
    "</stream:features>"])
def test_s12_we_ask_for_tls_all_the_same(host, evil, features):
    """Not offered is not believed: the server knows the word."""
    def stripped(stream):
        evil.answer_header(stream, features)
        element = stream.read()
        assert element.tag == TLS + "starttls", element.tag
        stream.send(PROCEED)
        stream.wrap_server()
        evil.answer_header(stream, FEATURES_TLS)
        while True:
            element = stream.read()
            if element.tag == DIALBACK + "verify":
                evil.on_verify(stream, element)

    evil.on_stream = stripped
    stream = evil.dial(host.address, ROOMS)
    assert stream.dialback("evil.test", ROOMS) == "valid"
    assert evil.complaints == []
    stream.close()


# -- S14: a connection that is cut

def cut(stream, how):
    """End it below TLS, without close_notify."""
    raw = socket.socket(fileno=stream.sock.detach())
    if how == "reset":
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                       b"\x01\0\0\0\0\0\0\0")
    else:
        raw.shutdown(socket.SHUT_RDWR)
    raw.close()


@pytest.mark.parametrize("how", ["reset", "end"])
@pytest.mark.parametrize("text", [
    "<iq from='user@evil.test/x' to='rooms.test' type='get' id='cut'>"
    "<ping xmlns='urn:xmpp:ping'/></iq",
    "<iq from='user@evil.test/x' to='rooms.test' type='get' id='cut'>"
    "<ping xmlns='urn:xmpp:ping'/>"])
def test_s14_half_a_stanza_is_none(host, evil, text, how):
    stream = evil.dial_authorised(host.address, ROOMS)
    assert is_served(host, evil, stream)
    before = host.count("hallway_s2s_stanzas_in")
    stream.send(text)
    cut(stream, how)
    host.process.wait_for_line("evil.test: stream in .* ended: ")
    assert host.count("hallway_s2s_stanzas_in") == before
    # and what was begun is not gone on with
    again = evil.dial_authorised(host.address, ROOMS)
    again.send(">")
    assert again.read_error() == "not-well-formed"


@pytest.mark.parametrize("text", ["<db:verify from='%s' to='%s' id='%s' "
                                  "type='valid'"])
def test_s14_half_an_answer_is_none(host, evil, text):
    def on_verify(stream, element):
        stream.send(text % (element.get("to"), element.get("from"),
                            element.get("id")))
        cut(stream, "end")
        raise Closed("by us")

    evil.on_verify = on_verify
    stream = evil.dial(host.address, ROOMS)
    assert stream.dialback("evil.test", ROOMS) == "error"
    assert proven(host) == 0
    stream.close()
