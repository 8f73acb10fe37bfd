# SPDX-License-Identifier: MIT
"""Proof by certificate: SASL EXTERNAL both ways (XEP-0178), certificates
instead of dialling back, and what the operator may ask of other servers.
Tests with a number in their names are of the threats S1 to S13."""

import base64
import queue

import certs
import pytest
from machine import Stopwatch
from rawpeer import (DIALBACK, FAILURE, FEATURES_EXTERNAL, FEATURES_TLS,
                     PATIENCE, SASL, STARTTLS, Closed, condition)

ROOMS = "rooms.test"
MESSAGE = ("<message from='%s' to='hallway@rooms.test' type='groupchat' "
           "id='x'><body>hello</body></message>")
PING = "<ping xmlns='urn:xmpp:ping'/>"


def b64(text):
    return base64.b64encode(text.encode()).decode()


def offers_external(features):
    return any(e.text == "EXTERNAL" for e in features.iter(SASL + "mechanism"))


def reason_of(answer):
    """Why a login failed; the stream must be at rest but for that."""
    assert answer.tag == SASL + "failure"
    assert len(answer) == 1
    return answer[0].tag.removeprefix(SASL)


def dial(peer, host):
    """Over TLS, and the features that were offered there."""
    stream = peer.connect(host.address)
    stream.open(peer.domain, ROOMS)
    stream.start_tls(ROOMS)
    return stream, stream.open(peer.domain, ROOMS)


def dial_logged_in(peer, host):
    stream, features = dial(peer, host)
    assert offers_external(features)
    stream.log_in(peer.domain, ROOMS)
    return stream


def assert_talks(stream, peer, domain=None):
    """A question on `stream` is answered: its pair is authorised."""
    domain = domain or peer.domain
    asked = stream.ask("user@%s/x" % domain, ROOMS, PING)
    answer = peer.receive(lambda s: s.get("id") == asked)
    assert answer.get("to") == "user@%s/x" % domain


def log_holds(host, text):
    return host.process.wait_for_line(text, PATIENCE)


# -- they log in

@pytest.mark.parametrize("authzid", [None, "=", "", b64("PEER.test")])
def test_a_certificate_lets_a_server_in(sure_host, new_peer, authzid):
    peer = new_peer("peer.test")
    stream, features = dial(peer, sure_host)
    assert offers_external(features)
    before = stream.header["id"]
    features = stream.log_in("peer.test", ROOMS, authzid)
    assert not offers_external(features)
    assert stream.header["id"] != before
    assert stream.namespaces.get("db") == "jabber:server:dialback"
    assert_talks(stream, peer)
    assert sure_host.count("hallway_s2s_external_in") == 1
    stream.close()


def test_external_is_offered_over_direct_tls(sure_host, new_peer):
    peer = new_peer("peer.test")
    stream = peer.connect(sure_host.tls_address)
    stream.wrap_client(ROOMS)
    assert offers_external(stream.open("peer.test", ROOMS))
    stream.log_in("peer.test", ROOMS)
    assert_talks(stream, peer)
    stream.close()


def test_external_is_not_offered_to_who_names_nobody(sure_host, new_peer):
    peer = new_peer("peer.test")
    stream = peer.connect(sure_host.address)
    stream.open("peer.test", ROOMS)
    stream.start_tls(ROOMS)
    assert not offers_external(stream.open(None, ROOMS))
    stream.close()


def test_external_is_not_offered_without_trust(host, new_peer):
    """The same certificate, but nobody told the daemon whom to trust."""
    peer = new_peer("peer.test")
    stream, features = dial(peer, host)
    assert not offers_external(features)
    answer = stream.send_auth(b64("peer.test"))
    assert reason_of(answer) == "invalid-mechanism"
    assert stream.dialback("peer.test", ROOMS) == "valid"
    assert_talks(stream, peer)
    stream.close()


@pytest.mark.parametrize("text, mechanism, reason", [
    (b64("other.test"), "EXTERNAL", "invalid-authzid"),
    (b64("user@peer.test"), "EXTERNAL", "invalid-authzid"),
    (b64("peer.test/x"), "EXTERNAL", "invalid-authzid"),
    (b64("peer.test\0"), "EXTERNAL", "invalid-authzid"),
    ("%%%", "EXTERNAL", "incorrect-encoding"),
    ("cGVlci50ZXN0=", "EXTERNAL", "incorrect-encoding"),
    ("AGEAYg==", "PLAIN", "invalid-mechanism"),
])
def test_a_bad_login_leaves_dialback(sure_host, new_peer, text, mechanism,
                                     reason):
    """The certificate names another domain of the peer's, too: only what
    the stream is from counts."""
    peer = new_peer("peer.test")
    stream, _ = dial(peer, sure_host)
    for _ in range(2):
        answer = stream.send_auth(text, mechanism)
        assert reason_of(answer) == reason
    assert stream.dialback("peer.test", ROOMS) == "valid"
    stream.close()


def test_a_third_bad_login_ends_the_stream(sure_host, new_peer):
    stream, _ = dial(new_peer("peer.test"), sure_host)
    for _ in range(2):
        stream.send_auth("%")
    stream.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                "mechanism='EXTERNAL'>%</auth>")
    assert stream.read().tag == SASL + "failure"
    assert stream.read_error() == "policy-violation"


def test_a_login_before_tls_asks_for_encryption(sure_host, new_peer):
    stream = new_peer("peer.test").connect(sure_host.address)
    stream.open("peer.test", ROOMS)
    answer = stream.send_auth("=")
    assert reason_of(answer) == "encryption-required"
    stream.start_tls(ROOMS)
    assert offers_external(stream.open("peer.test", ROOMS))
    stream.close()


def test_no_login_once_open(sure_host, new_peer):
    peer = new_peer("peer.test")
    stream = dial_logged_in(peer, sure_host)
    stream.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                "mechanism='EXTERNAL'>=</auth>")
    assert stream.read_error() == "unsupported-stanza-type"


def test_a_stanza_between_success_and_header_is_refused(sure_host, new_peer):
    stream, _ = dial(new_peer("peer.test"), sure_host)
    stream.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                "mechanism='EXTERNAL'>=</auth>"
                + MESSAGE % "user@peer.test/x")
    with pytest.raises(Closed):
        while stream.read().tag == SASL + "success":
            pass
    assert sure_host.count("hallway_s2s_external_in") == 0


# -- the threats

@pytest.mark.parametrize("answer", [
    "<db:verify from='%s' to='rooms.test' id='%s' type='valid'/>",
    "<db:result from='%s' to='rooms.test' type='valid'/>"])
@pytest.mark.parametrize("logged_in", [False, True])
def test_s1_unsolicited_answers_prove_nothing(sure_host, new_peer, answer,
                                              logged_in):
    peer = new_peer("peer.test")
    if logged_in:
        stream = dial_logged_in(peer, sure_host)
    else:
        stream, _ = dial(peer, sure_host)
    words = ("victim.test", stream.header["id"])
    stream.send(answer % words[:answer.count("%s")])
    stream.send(MESSAGE % "user@victim.test/x")
    assert stream.read_error() == ("invalid-from" if logged_in
                                   else "not-authorized")
    assert sure_host.count("hallway_s2s_spoofs") >= 1


def test_s2_an_answer_on_another_stream_proves_nothing(sure_host, new_peer):
    """The claim waits on one stream; the answer comes on a logged in one."""
    slow = new_peer("slow.test", certs.self_signed(
        sure_host.folder / "certs", "slow.test"))
    slow.on_verify = lambda stream, element: None
    waiting, _ = dial(slow, sure_host)
    key = slow.issue_key(ROOMS, waiting.header["id"])
    waiting.send("<db:result from='slow.test' to='rooms.test'>%s</db:result>"
                 % key)
    evil = dial_logged_in(new_peer("evil.test"), sure_host)
    evil.send("<db:verify from='slow.test' to='rooms.test' id='%s' "
              "type='valid'/>" % waiting.header["id"])
    waiting.send(MESSAGE % "user@slow.test/x")
    assert waiting.read_error() == "not-authorized"
    evil.close()


def test_s3_a_certificate_is_for_its_pair_only(sure_host, new_peer):
    peer = new_peer("peer.test")
    stream = dial_logged_in(peer, sure_host)
    assert_talks(stream, peer)
    stream.send(MESSAGE % "user@sub.peer.test/x")
    assert stream.read_error() == "invalid-from"


@pytest.mark.parametrize("where", ["header", "claim", "stanza"])
def test_s4_nobody_is_us(sure_host, new_peer, where):
    peer = new_peer("peer.test")
    if where == "header":
        stream = peer.connect(sure_host.address)
        stream.send_header(from_=ROOMS, to=ROOMS)
    else:
        stream = dial_logged_in(peer, sure_host)
    if where == "claim":
        stream.send("<db:result from='rooms.test' to='rooms.test'>k"
                    "</db:result>")
    elif where == "stanza":
        stream.send(MESSAGE % "user@rooms.test/x")
    assert stream.read_error() == "invalid-from"


def test_s10_a_name_the_certificate_lacks_is_offered_nothing(sure_host,
                                                             new_peer):
    peer = new_peer("peer.test")
    stream = peer.connect(sure_host.address)
    stream.open(None, ROOMS)
    stream.start_tls(ROOMS)
    assert not offers_external(stream.open("other.test", ROOMS))
    answer = stream.send_auth(b64("other.test"))
    assert reason_of(answer) == "invalid-mechanism"
    answer = stream.send_auth(b64("peer.test"))
    assert reason_of(answer) == "invalid-mechanism"
    stream.close()


@pytest.mark.parametrize("pair", [("other.test", ROOMS),
                                  ("peer.test", "other.test")])
def test_s11_names_stay_over_a_login(sure_host, new_peer, authority, pair):
    """The certificate is good for both: still, it is another stream."""
    peer = new_peer("peer.test", authority.issue("peer.test", "other.test"))
    stream, _ = dial(peer, sure_host)
    assert stream.send_auth("=").tag == SASL + "success"
    stream.start_over()
    stream.send_header(from_=pair[0], to=pair[1])
    assert stream.read_error() == "improper-addressing"
    assert sure_host.count("hallway_s2s_external_in") == 0


def test_s13_a_login_behind_starttls_is_dropped(sure_host, new_peer):
    stream = new_peer("peer.test").connect(sure_host.address)
    stream.open("peer.test", ROOMS)
    stream.send(STARTTLS + "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                "mechanism='EXTERNAL'>=</auth>")
    stream.read_end()
    assert sure_host.count("hallway_s2s_external_in") == 0


# -- a certificate instead of dialling back

def test_a_claim_that_the_certificate_names_is_not_asked_about(
        sure_host, new_peer, authority):
    """The listener would deny it. The second domain is in the certificate,
    the third is not."""
    peer = new_peer("peer.test", authority.issue("peer.test", "muc.peer.test"))
    peer.on_verify = lambda stream, element: peer.complaints.append("asked")
    stream, _ = dial(peer, sure_host)
    assert stream.dialback("peer.test", ROOMS, "x") == "valid"
    assert stream.dialback("muc.peer.test", ROOMS, "x") == "valid"
    assert_talks(stream, peer)
    stream.send(MESSAGE % "user@other.peer.test/x")
    assert stream.read_error() == "invalid-from"
    assert peer.complaints == []


def test_other_names_of_a_logged_in_server_are_dialled_back(
        sure_host, new_peer, names):
    """Piggybacking: the certificate proves one, dialback the other."""
    peer = new_peer("peer.test")
    names.set_server("bots.test", peer.port)
    stream = dial_logged_in(peer, sure_host)
    assert stream.dialback("bots.test", ROOMS) == "valid"
    stream.send(MESSAGE % "user@bots.test/x")
    assert_talks(stream, peer)
    names.set_server("liar.test", peer.port)
    assert stream.dialback("liar.test", ROOMS, "x") == "error"
    assert_talks(stream, peer)
    stream.close()


# -- we log in

def call(host, peer):
    """Make the daemon open a stream to the peer: an answer wants to go."""
    stream = dial_logged_in(peer, host)
    return stream, stream.ask("user@%s/x" % peer.domain, ROOMS, PING)


def arrives(peer, asked):
    peer.receive(lambda s: s.get("id") == asked)


def test_we_log_in_where_it_is_offered(sure_host, new_peer):
    peer = new_peer("peer.test")
    peer.features = FEATURES_EXTERNAL
    peer.on_dialback = lambda *_: peer.complaints.append("dialback")
    stream, asked = call(sure_host, peer)
    arrives(peer, asked)
    assert peer.auths.get(timeout=PATIENCE) == ROOMS
    assert peer.complaints == []
    assert sure_host.count("hallway_s2s_external_out") == 1
    stream.close()


def test_we_do_not_log_in_unasked(sure_host, new_peer):
    peer = new_peer("peer.test")
    peer.features = FEATURES_TLS
    stream, asked = call(sure_host, peer)
    arrives(peer, asked)
    assert peer.auths.empty()
    stream.close()


def test_we_do_not_log_in_by_a_certificate_of_our_own_making(host, new_peer):
    """Nobody could accept it: a round trip for nothing."""
    peer = new_peer("peer.test")
    peer.features = FEATURES_EXTERNAL
    stream = peer.dial_authorised(host.address, ROOMS)
    assert_talks(stream, peer)
    assert peer.auths.empty()
    stream.close()


def test_a_refused_login_goes_on_by_dialback(sure_host, new_peer):
    peer = new_peer("peer.test")
    peer.features = FEATURES_EXTERNAL
    streams = []

    def refuse(stream, element):
        streams.append(stream)
        stream.send(FAILURE)

    def believe(stream, element):
        streams.append(stream)
        peer.answer_result(stream, element, "valid")

    peer.on_auth, peer.on_dialback = refuse, believe
    stream, asked = call(sure_host, peer)
    arrives(peer, asked)
    assert len(streams) == 2 and streams[0] is streams[1]
    stream.close()


@pytest.mark.parametrize("how", ["end", "error", "failure and end"])
def test_who_hangs_up_on_a_login_is_not_asked_again(sure_host, new_peer, how):
    """MongooseIM's way. The next connection comes at once, goes straight to
    dialback, and so do those of the next hour."""
    peer = new_peer("peer.test")
    peer.features = FEATURES_EXTERNAL
    tries = queue.Queue()

    def hang_up(stream, element):
        tries.put(element)
        if how == "error":
            stream.send("<stream:error><not-authorized xmlns='urn:ietf:params"
                        ":xml:ns:xmpp-streams'/></stream:error>")
        elif how == "failure and end":
            stream.send(FAILURE)
        stream.close(footer=how != "end")

    peer.on_auth = hang_up
    watch = Stopwatch(sure_host.process.pid)
    stream, asked = call(sure_host, peer)
    arrives(peer, asked)
    assert watch.own() < 5
    assert tries.qsize() == 1
    # the open stream is lost; the next one does without EXTERNAL
    while not peer.accepted.empty():
        peer.accepted.get().hang_up()
    log_holds(sure_host, "stream out ended")
    arrives(peer, stream.ask("user@peer.test/x", ROOMS, PING))
    assert tries.qsize() == 1
    stream.close()


# -- the operator's wishes

def test_require_valid_refuses_dialback(new_host, new_peer, authority):
    host = new_host(trust=authority.cert, s2s="require_valid: [strict.test]")
    strict = new_peer("strict.test", certs.self_signed(host.folder / "certs",
                                                       "strict.test"))
    stream, _ = dial(strict, host)
    stream.send("<db:result from='strict.test' to='rooms.test'>k</db:result>")
    answer = stream.read_until(DIALBACK + "result")
    assert answer.get("type") == "error"
    assert condition(answer) == "not-authorized"
    assert strict.accepted.empty()
    log_holds(host, "strict.test: refused, s2s.require_valid: certificate "
              "not trusted")
    assert host.count("hallway_s2s_forbidden") == 1
    # others may, and the strict one may with a good certificate
    other = new_peer("other.test", certs.self_signed(host.folder / "certs",
                                                     "other.test"))
    other.dial_authorised(host.address, ROOMS).close()
    strict.certificate = authority.issue("strict.test")
    good = dial_logged_in(strict, host)
    assert_talks(good, strict)
    good.close()


def test_require_valid_refuses_a_server_that_we_call(new_host, new_peer,
                                                     authority):
    """It came with a good certificate, and shows a bad one when called."""
    host = new_host(trust=authority.cert, s2s='require_valid: ["*"]')
    peer = new_peer("peer.test")
    stream = dial_logged_in(peer, host)
    peer.certificate = certs.self_signed(host.folder / "certs", "peer.test")
    stream.ask("user@peer.test/x", ROOMS, PING)
    log_holds(host, "peer.test: not used, s2s.require_valid: certificate not "
              "trusted")
    assert peer.inbox.empty()
    stream.close()


def header_error(peer, host):
    stream = peer.connect(host.address)
    stream.send_header(from_=peer.domain, to=ROOMS)
    return stream.read_error()


def test_allow_and_deny(new_host, new_peer, authority):
    host = new_host(trust=authority.cert,
                    s2s='allow: ["*.test"]\n'
                        'deny: [bad.test, "*.bad.test"]')
    for domain in ("bad.test", "sub.bad.test", "elsewhere.example"):
        assert header_error(new_peer(domain), host) == "policy-violation"
    good = new_peer("good.test", authority.issue("good.test", "bad.test"))
    stream = dial_logged_in(good, host)
    stream.send("<db:result from='bad.test' to='rooms.test'>k</db:result>")
    answer = stream.read_until(DIALBACK + "result")
    assert condition(answer) == "policy-violation"
    assert_talks(stream, good)
    assert host.count("hallway_s2s_forbidden") == 4
    stream.close()


def test_a_reload_shuts_out_and_lets_in(new_host, new_peer, authority):
    host = new_host(trust=authority.cert)
    peer = new_peer("peer.test")
    stream = dial_logged_in(peer, host)
    assert_talks(stream, peer)
    host.configure(s2s="  deny: [peer.test]\n")
    host.ctl("reload")
    assert stream.read_error() == "policy-violation"
    log_holds(host, "127.0.0.1:%d: stream error sent: policy-violation"
              % peer.port)
    assert header_error(peer, host) == "policy-violation"
    host.configure(s2s="")
    host.ctl("reload")
    log_holds(host, "reloaded")
    stream = dial_logged_in(peer, host)
    assert_talks(stream, peer)
    stream.close()


def proven_host(new_host, new_peer, authority, s2s=""):
    """A daemon that was started anew since peer.test logged in."""
    host = new_host(trust=authority.cert, s2s=s2s)
    peer = new_peer("peer.test")
    stream = dial_logged_in(peer, host)
    assert_talks(stream, peer)
    stream.close()
    host.terminate()
    host.start()
    peer.certificate = certs.self_signed(host.folder / "certs", "peer.test")
    return host, peer


def test_a_downgrade_is_told(new_host, new_peer, authority):
    host, peer = proven_host(new_host, new_peer, authority)
    stream = peer.dial_authorised(host.address, ROOMS)
    log_holds(host, "peer.test: had a valid certificate before, now comes by "
              "dialback")
    assert host.count("hallway_s2s_downgrades") >= 1
    assert_talks(stream, peer)
    stream.close()


def test_a_downgrade_is_refused(new_host, new_peer, authority):
    host, peer = proven_host(new_host, new_peer, authority,
                             "refuse_downgrade: yes")
    stream, _ = dial(peer, host)
    stream.send("<db:result from='peer.test' to='rooms.test'>k</db:result>")
    answer = stream.read_until(DIALBACK + "result")
    assert condition(answer) == "not-authorized"
    assert host.count("hallway_s2s_downgrades") == 1
    stream.close()
    # who never had one is none the worse
    other = new_peer("other.test", certs.self_signed(host.folder / "certs",
                                                     "other.test"))
    other.dial_authorised(host.address, ROOMS).close()


def test_a_downgrade_is_forgotten_on_request(new_host, new_peer, authority):
    """By the threads, by the store, and until it has a certificate again."""
    host, peer = proven_host(new_host, new_peer, authority,
                             "refuse_downgrade: yes")
    host.ctl("s2s", "forget", "Peer.test")
    for _ in range(4):              # whichever thread it comes to
        stream = peer.dial_authorised(host.address, ROOMS)
        assert_talks(stream, peer)
        stream.close()
    assert "nothing is remembered" in host.ctl(
        "s2s", "forget", "peer.test", check=False)
    host.terminate()
    host.start()
    peer.dial_authorised(host.address, ROOMS).close()
    assert host.count("hallway_s2s_downgrades") == 0
    own, peer.certificate = peer.certificate, authority.issue("peer.test")
    stream = dial_logged_in(peer, host)
    assert_talks(stream, peer)
    stream.close()
    peer.certificate = own
    stream, _ = dial(peer, host)
    stream.send("<db:result from='peer.test' to='rooms.test'>k</db:result>")
    answer = stream.read_until(DIALBACK + "result")
    assert condition(answer) == "not-authorized"
    stream.close()
