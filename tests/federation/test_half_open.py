# SPDX-License-Identifier: MIT
"""T12: connections that go silent half-way, from both sides: each deadline
comes when it should, and nothing is left behind."""

import os
import socket
import time

import pytest
from machine import Stopwatch, has_ipv6
from rawpeer import (FEATURES_PLAIN, FEATURES_TLS, PATIENCE, PROCEED,
                     STARTTLS, TLS, Closed)

ROOMS = "rooms.test"
DEADLINES = """header_timeout: 2s
tls_timeout: 3s
auth_timeout: 4s
connect_timeout: 2s
verify_timeout: 5s
new_streams_per_address: 1000000
new_streams_per_domain: 1000000
max_unauthenticated_per_address: 100000
handshakes: 100000
handshakes_per_address: 100000
log_lines: 1"""


def go_to(stream, stage):
    """Negotiate as far as that, and say no more."""
    if stage == "hello":
        stream.send(b"\x16\x03\x01")
    if stage in ("header", "proceed", "tls", "features"):
        stream.open("evil.test", ROOMS)
    if stage == "proceed":
        stream.send(STARTTLS)
        stream.read_until(TLS + "proceed")
    if stage in ("tls", "features"):
        stream.start_tls(ROOMS)
    if stage == "features":
        stream.open("evil.test", ROOMS)


STAGES = {"connect": 2, "hello": 2, "header": 2, "proceed": 3, "tls": 4,
          "features": 4}


@pytest.mark.parametrize("stage", STAGES)
def test_t12_who_calls_and_goes_silent(new_host, new_peer, stage):
    host = new_host(s2s=DEADLINES)
    stream = new_peer("evil.test").connect(host.address)
    go_to(stream, stage)
    watch = Stopwatch(host.process.pid)
    stream.read_end()
    assert -1 < watch.took() - STAGES[stage] < 1 + watch.late()


def silent_at(stage):
    """What a called server does up to there."""
    def on_stream(peer, stream):
        if stage != "accept":
            if stage == "header":
                stream.read_header()
                stream.send_header(from_=peer.domain, to=ROOMS, id="x")
            else:
                peer.answer_header(stream, FEATURES_PLAIN)
                stream.read_until(TLS + "starttls")
        if stage in ("proceed", "tls", "features"):
            stream.send(PROCEED)
        if stage in ("tls", "features"):
            stream.wrap_server()
        if stage == "features":
            peer.answer_header(stream, FEATURES_TLS)
        stream.went_silent = time.monotonic()
        while stream.sock.recv(65536):
            pass
        stream.ended = time.monotonic()
    return on_stream


CALLED = {"accept": 2, "header": 2, "starttls": 2, "proceed": 3, "tls": 2}


@pytest.mark.parametrize("stage", CALLED)
def test_t12_who_is_called_and_goes_silent(new_host, new_peer, stage):
    host = new_host(s2s=DEADLINES)
    peer = new_peer("mute.test")
    serve = silent_at(stage)
    peer.on_stream = lambda stream: serve(peer, stream)
    caller = new_peer("evil.test").dial(host.address, ROOMS)
    watch = Stopwatch(host.process.pid)
    caller.send("<db:result from='mute.test' to='rooms.test'>x</db:result>")
    called = peer.accepted.get(timeout=60)
    deadline = time.monotonic() + PATIENCE
    while not hasattr(called, "ended"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    took = called.ended - called.went_silent
    assert -1 < took - CALLED[stage] < 1 + watch.late()
    caller.close()


def test_t12_nothing_is_left_after_many(new_host, new_peer):
    """Everywhere, again and again, ended by silence or by a reset."""
    host = new_host(s2s=DEADLINES)
    evil = new_peer("evil.test")

    def rounds(count):
        for number in range(count):
            stream = evil.connect(host.address)
            try:
                go_to(stream, list(STAGES)[number % len(STAGES)])
            except (Closed, OSError):
                pass
            if number % 2:
                stream.reset()
        deadline = time.monotonic() + PATIENCE
        while host.counter("s2s_streams_in") > 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    rounds(60)
    before = host.descriptors()
    rounds(int(os.environ.get("HALLWAY_CYCLES", "300")))
    assert host.descriptors(most=before) <= before


# -- T11: a family that swallows everything

@pytest.mark.skipif(not has_ipv6(), reason="there is no second family here")
def test_t11_a_dead_family_does_not_cost_the_other_much(
        new_host, names, new_peer):
    """A listener on ::1 whose queue is full drops SYNs as a black hole
    does; 127.0.0.1 is tried 250 ms later."""
    host = new_host()
    peer = new_peer("one.test")
    hole = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    hole.bind(("::1", peer.port))
    hole.listen(0)
    fill = []
    for _ in range(4):
        sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.connect_ex(("::1", peer.port))
        fill.append(sock)
    names.set("xmpp.one.test", "AAAA", "::1")
    watch = Stopwatch(host.process.pid)
    stream = peer.dial(host.address, ROOMS)
    stream.send("<db:result from='one.test' to='rooms.test'>%s</db:result>"
                % peer.issue_key(ROOMS, stream.header["id"]))
    peer.accepted.get(timeout=60)
    took = watch.took()
    assert 0.24 < took < 0.75 + watch.late()
    assert names.asked("xmpp.one.test", "AAAA") >= 1
    stream.close()
    for sock in [hole, *fill]:
        sock.close()
