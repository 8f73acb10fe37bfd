# SPDX-License-Identifier: MIT
"""R1 to R13: what strangers may ask of the daemon, and that those who ask for
more do not harm others. Attackers call from an address of their own.
R6 is fuzz_answer and test_answer; R8 is T17, in test_links."""

import concurrent.futures
import os
import queue
import select
import socket
import threading
import time

import pytest
from machine import Stopwatch
from rawpeer import (DIALBACK, PATIENCE, STREAM_ERRORS, Closed,
                     condition)

ROOMS = "rooms.test"
ATTACKER = "127.0.0.66"
VICTIM = "127.0.0.77"


def ping(peer, stream):
    """Ask, and wait for the answer."""
    asked = stream.ask("ann@%s/x" % peer.domain, ROOMS,
                       "<ping xmlns='urn:xmpp:ping'/>")
    return peer.receive(lambda s: s.get("id") == asked)


def served_within(seconds, host, peer):
    """A peer with an address of its own is served in that time."""
    watch = Stopwatch(host.process.pid)
    stream = peer.dial_authorised(host.address, ROOMS)
    ping(peer, stream)
    assert watch.own() < seconds
    return stream


def wait_for_counter(host, name, least, timeout=60):
    """Until the counter has come that far; answers its value."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        value = host.counter(name)
        if value >= least:
            return value
        time.sleep(0.05)
    raise AssertionError("%s stayed at %d" % (name, host.counter(name)))


def is_closed(sock):
    """Have they closed it, without a word?"""
    sock.settimeout(5)
    try:
        return sock.recv(1) == b""
    except ConnectionError:
        return True


class Victim:
    """Somebody who is dialled for no reason: counts, and says nothing."""

    def __init__(self, address=VICTIM, port=0):
        self._listener = socket.create_server((address, port))
        self.port = self._listener.getsockname()[1]
        self.visits = queue.Queue()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                self.visits.put(self._listener.accept()[0])
            except OSError:
                return

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        while not self.visits.empty():
            self.visits.get().close()


class Refuser(Victim):
    """The same, but who hangs up."""

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                sock = self._listener.accept()[0]
            except OSError:
                return
            self.visits.put(None)
            try:
                sock.recv(65536)        # without it: a reset
            except OSError:
                pass
            sock.close()


@pytest.fixture
def victim():
    victim = Victim()
    yield victim
    victim.close()


def test_r1_silent_connections_are_bounded(host, new_peer):
    """16 of an address are kept, the others closed; others are served."""
    silent = [socket.create_connection(host.address, PATIENCE, (ATTACKER, 0))
              for _ in range(50)]
    wait_for_counter(host, "s2s_connections_refused", 34)
    served_within(2, host, new_peer("good.test")).close()
    assert host.counter("s2s_connections_refused") == 34
    for sock in silent:
        sock.close()
    # those that were inside make room again
    wait = time.monotonic() + PATIENCE
    while time.monotonic() < wait:
        sock = socket.create_connection(host.address, PATIENCE, (ATTACKER, 0))
        sock.settimeout(0.3)
        try:
            if sock.recv(1):
                break
        except TimeoutError:
            break
        finally:
            sock.close()
    else:
        pytest.fail("nobody from there is let in any more")


def test_r1_a_thousand_silent_connects(new_host, new_peer):
    """From everywhere: in all no more than 256 stay."""
    host = new_host(s2s="new_streams_per_address: 100000")
    silent = []
    for number in range(1000):
        source = "127.0.1.%d" % (number % 100 + 1)
        silent.append(socket.create_connection(host.address, PATIENCE, (source, 0)))
        if number == 800:
            wait_for_counter(host, "s2s_connections_refused", 500)
    wait_for_counter(host, "s2s_connections_refused", 744)
    for sock in silent[:300]:
        sock.close()
    served_within(4, host, new_peer("good.test")).close()
    for sock in silent:
        sock.close()


def test_r2_handshakes_wait_their_turn(new_host, new_peer):
    """Twelve at once from one address take their time; others do not."""
    host = new_host(s2s="handshakes_per_address: 4")
    evil, good = new_peer("evil.test"), new_peer("good.test")

    def shake():
        stream = evil.connect(host.address, ATTACKER)
        stream.wrap_client(ROOMS, ["xmpp-server"])
        return stream

    watch = Stopwatch(host.process.pid)
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        streams = [pool.submit(shake) for _ in range(12)]
        wait_for_counter(host, "s2s_handshakes_delayed", 1)
        served_within(2, host, good).close()
        for stream in streams:
            stream.result().sock.close()
    # four are free, eight come at four a second
    assert 1.5 < watch.took() < 10 + watch.late()


def claim(stream, domain):
    """db:result for a domain; the answer is not waited for."""
    stream.send("<db:result from='%s' to='%s'>%s</db:result>" % (
        domain, ROOMS, "0" * 64))


def test_r3_claims_do_not_make_us_an_amplifier(
        new_host, names, new_peer, victim):
    host = new_host(s2s="max_verifying: 3")
    evil = new_peer("evil.test")
    streams = [evil.dial(host.address, ROOMS) for _ in range(3)]
    for number in range(15):
        domain = "claimed%d.test" % number
        names.set_server(domain, victim.port, VICTIM)
        claim(streams[number // 5], domain)
    kept = [victim.visits.get(timeout=60) for _ in range(3)]
    # the others wait: two looks around later there is still none of them
    with pytest.raises(queue.Empty):
        victim.visits.get(timeout=2.5)
    assert host.counter("s2s_verify_connects") == 3
    for stream in streams + kept:
        stream.close()


def test_r3_a_network_has_a_share_of_the_verifying(
        new_host, names, new_peer, victim):
    """Somebody claims the names of servers that keep silent, from several
    addresses: the claims of others are verified at once."""
    host = new_host(s2s="max_verifying: 6\nmax_verifying_per_network: 2\n"
                        "max_connects_per_host: 100")
    evil = new_peer("evil.test")
    streams = []
    for place in range(1, 4):
        stream = evil.connect(host.address, "127.0.9.%d" % place)
        stream.open(evil.domain, ROOMS)
        stream.start_tls(ROOMS)
        stream.open(evil.domain, ROOMS)
        streams.append(stream)
        for number in range(4):
            domain = "claimed%d-%d.test" % (place, number)
            names.set_server(domain, victim.port, VICTIM)
            claim(stream, domain)
    kept = [victim.visits.get(timeout=60) for _ in range(2)]
    wait_for_counter(host, "s2s_verifies_over_share", 10)
    assert host.counter("s2s_verify_connects") == 2
    served_within(1, host, new_peer("good.test")).close()
    # who waits for the same server can pay for it, too
    shared = new_peer("shared.test")
    for number in range(3):
        claim(streams[number], shared.domain)
    served_within(1, host, shared).close()
    # room again: when one of theirs is over, the next of theirs begins
    with pytest.raises(queue.Empty):
        victim.visits.get(timeout=1.2)
    kept.pop().close()
    kept.append(victim.visits.get(timeout=60))
    assert host.counter("s2s_verify_connects") <= 2
    for stream in streams + kept:
        stream.close()


def test_r3_claims_for_the_unreachable_are_refused_at_once(
        new_host, names, new_peer):
    host = new_host(s2s="verify_retries: 2")
    evil = new_peer("evil.test")
    nobody = socket.socket()        # has the port, and does not listen
    nobody.bind((VICTIM, 0))
    names.set_server("away.test", nobody.getsockname()[1], VICTIM)
    stream = evil.dial_authorised(host.address, ROOMS)
    took = []
    for _ in range(6):
        watch = Stopwatch(host.process.pid)
        claim(stream, "away.test")
        answer = stream.read_until(DIALBACK + "result")
        took.append(watch.own())
        assert answer.get("type") == "error"
        assert condition(answer) == "remote-server-timeout"
    assert host.counter("dialback_claims_unasked") >= 2
    assert max(took[-2:]) < 0.5
    stream.close()
    nobody.close()


def test_r3_five_claims_are_the_most(host, names, evil, good_peer_is_served):
    names.set_rcode("slow.test", 2)
    stream = evil.dial(host.address, ROOMS)
    for number in range(6):
        claim(stream, "claimed%d.test" % number)
    assert stream.read_error() == "policy-violation"
    good_peer_is_served()


@pytest.mark.parametrize("private, port", [("no", 15269), ("yes", 22)])
def test_r4_private_addresses_and_low_ports_are_not_dialled(
        new_host, names, new_peer, private, port):
    host = new_host(private=private)
    names.set_server("ssh.test", port, VICTIM)
    stream = new_peer("evil.test").dial(host.address, ROOMS)
    claim(stream, "ssh.test")
    answer = stream.read_until(DIALBACK + "result")
    assert answer.get("type") == "error"
    assert host.counter("s2s_places_refused") >= 1
    stream.close()


def test_r5_a_crowd_of_targets_is_cut(host, names, new_peer, victim):
    """Of 100 SRV records no more than eight are even looked up."""
    names.set("_xmpp-server._tcp.crowd.test", "SRV", *[
        "0 0 %d t%d.crowd.test." % (victim.port, number)
        for number in range(100)])
    for number in range(100):
        names.set("t%d.crowd.test" % number, "A", "127.0.2.%d" % (number + 1))
    stream = new_peer("evil.test").dial(host.address, ROOMS)
    claim(stream, "crowd.test")
    assert stream.read_until(DIALBACK + "result").get("type") == "error"
    assert sum(names.asked("t%d.crowd.test" % number, "A") > 0
               for number in range(100)) <= 8
    stream.close()


def test_r5_the_bounds_are_the_operators(new_host, names, new_peer):
    """Three targets with two addresses each, and of those six the first
    four, where nobody listens."""
    host = new_host(s2s="max_targets: 3\nmax_addresses: 2\nmax_attempts: 4")
    watchers = []
    for number in range(5):
        name = "t%d.crowd.test" % number
        places = ["127.0.2.%d" % (number * 3 + place) for place in range(1, 4)]
        names.set(name, "A", *places)
        for place in places:
            watchers.append(Refuser(
                place, watchers[0].port if watchers else 0))
    port = watchers[0].port
    names.set("_xmpp-server._tcp.crowd.test", "SRV", *[
        "%d 0 %d t%d.crowd.test." % (number, port, number)
        for number in range(5)])
    stream = new_peer("evil.test").dial(host.address, ROOMS)
    claim(stream, "crowd.test")
    assert stream.read_until(DIALBACK + "result").get("type") == "error"
    called = [watcher.visits.qsize() for watcher in watchers]
    for watcher in watchers:
        watcher.close()
    assert [sum(called[at:at + 3]) for at in range(0, 15, 3)] == [
        2, 2, 0, 0, 0]
    assert max(called) == 1
    assert [names.asked("t%d.crowd.test" % number, "A") > 0
            for number in range(5)] == [True] * 3 + [False] * 2
    stream.close()


def test_r7_a_flood_is_slowed_and_others_are_not(new_host, new_peer):
    host = new_host(s2s="rate_stanzas: 20\nburst_stanzas: 40")
    one, two = new_peer("one.test"), new_peer("two.test")
    stream = one.dial_authorised(host.address, ROOMS)
    other = two.dial_authorised(host.address, ROOMS)
    watch = Stopwatch(host.process.pid)
    stream.send("".join(
        "<iq from='ann@one.test/x' to='rooms.test' type='get' id='f%d'>"
        "<ping xmlns='urn:xmpp:ping'/></iq>" % number for number in range(100)))
    for _ in range(5):
        asked = Stopwatch(host.process.pid)
        ping(two, other)
        assert asked.own() < 0.5
    one.receive(lambda s: s.get("id") == "f99")
    # 40 at once, 60 at 20 a second
    assert 2.5 < watch.took() < 8 + watch.late()
    assert host.counter("s2s_streams_braked") >= 1


def test_r7_bytes_are_slowed_too(new_host, new_peer):
    host = new_host(s2s="rate_bytes: 100KiB\nburst_bytes: 100KiB")
    one = new_peer("one.test")
    stream = one.dial_authorised(host.address, ROOMS)
    watch = Stopwatch(host.process.pid)
    for number in range(10):
        stream.send("<iq from='ann@one.test/x' to='rooms.test' type='get' "
                    "id='f%d'><ping xmlns='urn:xmpp:ping'/><x xmlns='x:x'>%s"
                    "</x></iq>" % (number, "x" * 40000))
    one.receive(lambda s: s.get("id") == "f9")
    assert 2 < watch.took() < 8 + watch.late()


def test_r9_descriptors_run_out_for_strangers_only(new_host, new_peer):
    host = new_host(
        prefix=["prlimit", "--nofile=128"],
        s2s="new_streams_per_address: 100000\nmax_unauthenticated: 1000\n"
            "max_unauthenticated_per_address: 1000")
    good = new_peer("good.test")
    stream = good.dial_authorised(host.address, ROOMS)
    ping(good, stream)
    silent = [socket.create_connection(host.address, PATIENCE, (ATTACKER, 0))
              for _ in range(200)]
    wait_for_counter(host, "s2s_connections_turned_away", 50)
    # the control socket answered, and who was inside still is
    ping(good, stream)
    for sock in silent:
        sock.close()
    other = new_peer("other.test")
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            served_within(5, host, other).close()
            break
        except (Closed, OSError):
            assert time.monotonic() < deadline
    stream.close()


def resident(pid):
    """Memory in use, in KiB."""
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise AssertionError("no such process")


def test_r10_connections_leave_nothing_behind(new_host, new_peer):
    """Silent ones, half a header, half a handshake; HALLWAY_KNOCKS of
    them, and 100000 once."""
    host = new_host(s2s="new_streams_per_address: 1000000\nlog_lines: 1\n"
                        "handshakes: 100000\nhandshakes_per_address: 100000\n"
                        "max_unauthenticated: 100000\n"
                        "max_unauthenticated_per_address: 100000")
    first = [b"", b"<?xml version='1.0'?><stream:str", b"\x16\x03\x01",
             b"\x16\x03\x01\x00\x05hello", b"<a/>"]

    def knock(count):
        for number in range(count):
            # an address has ports for some of them only
            source = "127.0.8.%d" % (number // 10000 + 1)
            sock = socket.create_connection(host.address, PATIENCE, (source, 0))
            sock.sendall(first[number % len(first)])
            sock.close()
        deadline = time.monotonic() + PATIENCE
        while host.counter("s2s_streams_in") > 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    knock(500)
    before = host.descriptors(), resident(host.process.pid)
    knock(int(os.environ.get("HALLWAY_KNOCKS", "3000")))
    assert host.descriptors(most=before[0]) <= before[0]
    if not host.is_sanitized():     # which keeps what is freed
        assert resident(host.process.pid) < before[1] + 2048
    served_within(2, host, new_peer("good.test")).close()


def test_r11_strangers_do_not_fill_the_log(new_host, evil):
    host = new_host(s2s="log_lines: 3")
    for _ in range(10):
        stream = evil.connect(host.address, ATTACKER)
        stream.send("garbage")
        stream.read_error()
    logged = [line for line in host.process.lines()
              if "stream error sent" in line and ATTACKER in line]
    # each loop has its own count
    assert 3 <= len(logged) <= 6
    assert host.counter("s2s_log_lines_kept_back") == 10 - len(logged)


def test_r13_new_streams_of_an_address(new_host, new_peer, evil):
    host = new_host(s2s="new_streams_per_address: 60\n"
                        "max_unauthenticated_per_address: 1000")
    watch = Stopwatch()
    kept = [evil.connect(host.address, ATTACKER) for _ in range(80)]
    while True:
        refused, _, _ = select.select([s.sock for s in kept], [], [], 0)
        inside = host.counter("s2s_streams_in")
        if len(refused) + inside == 80:
            break
    # one a second comes back
    assert 60 <= inside <= 61 + watch.took()
    for stream in [s for s in kept if s.sock in refused]:
        assert stream.read_error() == "policy-violation"
        kept.remove(stream)
    assert host.counter("s2s_connections_too_often") == 80 - inside
    served_within(2, host, new_peer("good.test")).close()
    deadline = time.monotonic() + PATIENCE
    while True:
        stream = evil.connect(host.address, ATTACKER)
        try:
            stream.send_header(from_="evil.test", to=ROOMS)
            stream.read_features()
            break
        except (Closed, OSError, AssertionError):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    for stream in kept:
        stream.sock.close()


def test_r13_new_streams_of_a_name(new_host, evil, new_peer):
    """It counts for each network: nobody can use up another's."""
    host = new_host(s2s="new_streams_per_domain: 8")
    errors = []
    for _ in range(20):
        stream = evil.connect(host.address, ATTACKER)
        stream.send_header(from_="good.test", to=ROOMS)
        try:
            element = stream.read()
        except Closed:
            continue
        if element.tag.endswith("error"):
            errors.append(condition(element, STREAM_ERRORS))
        stream.sock.close()
    assert 8 <= len(errors) <= 14
    assert set(errors) == {"policy-violation"}
    served_within(2, host, new_peer("good.test")).close()


def test_r13_the_eldest_of_too_many_streams_goes(new_host, new_peer):
    host = new_host(s2s="max_streams_per_pair: 2")
    peer = new_peer("one.test")
    streams = [peer.dial_authorised(host.address, ROOMS) for _ in range(3)]
    assert streams[0].read_error() == "policy-violation"
    for stream in streams[1:]:
        ping(peer, stream)
        stream.close()
    assert host.counter("s2s_streams_expelled") == 1


def test_r13_streams_that_are_gone_do_not_count(new_host, new_peer):
    host = new_host(s2s="max_streams_per_pair: 2")
    peer = new_peer("one.test")
    first = peer.dial_authorised(host.address, ROOMS)
    for _ in range(4):
        stream = peer.dial_authorised(host.address, ROOMS)
        stream.send("</stream:stream>")
        stream.read_end()
        stream.close(footer=False)
    ping(peer, first)
    first.close()
    assert host.counter("s2s_streams_expelled") == 0
