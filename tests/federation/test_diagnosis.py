# SPDX-License-Identifier: MIT
"""What hallwayctl says about links, streams and servers out there."""

import json
import os

import pytest
from conftest import free_port
from rawpeer import TLS

ROOMS = "rooms.test"


def rows(host, *words):
    """The rows that a command answers with."""
    return [json.loads(line)
            for line in host.ctl("--json", *words).splitlines()]


def check(host, domain, *words):
    """{step: (result, text)} of the doctor; the last one of each step."""
    return {row["step"]: (row["result"], row["text"])
            for row in rows(host, "s2s", "check", domain, *words)}


def greet(peer, host):
    """An answer has come: a stream in each direction is open."""
    stream = peer.dial_authorised(host.address, ROOMS)
    asked = stream.ask("ann@" + peer.domain, ROOMS,
                       "<ping xmlns='urn:xmpp:ping'/>")
    peer.receive(lambda s: s.get("id") == asked)
    return stream


def test_s2s_lists_both_directions(host, new_peer):
    one = greet(new_peer("one.test"), host)
    two = greet(new_peer("two.test"), host)
    listed = rows(host, "s2s")
    assert len(listed) == 4
    found = {(row["direction"], row["remote"]): row for row in listed}
    assert set(found) == {(way, name) for way in ("in", "out")
                          for name in ("one.test", "two.test")}
    for row in found.values():
        assert row["local"] == ROOMS
        assert row["state"] == "open"
        assert row["proof"] == "dialback"
        assert row["address"].startswith("127.0.0.1:")
        assert row["tls"].startswith("TLS1.")
        assert "AES" in row["cipher"] or "CHACHA" in row["cipher"]
        assert row["envelopes"] == 0
        assert row["error"] == "-"
    only = rows(host, "s2s", "list", "--domain=ONE.test")
    assert {row["remote"] for row in only} == {"one.test"}
    assert len(only) == 2
    one.close()
    two.close()


def test_s2s_tells_why_a_link_is_down(host, names, new_peer):
    """Nobody listens where DNS leads."""
    other = new_peer("two.test")
    names.set_server("two.test", free_port())
    stream = other.dial(host.address, ROOMS)
    stream.send("<db:result from='two.test' to='rooms.test'>x</db:result>")
    host.process.wait_for_line("two.test: .*refused")
    row, = [row for row in rows(host, "s2s", "list", "--domain=two.test")
            if row["direction"] == "out"]
    assert "refused" in row["error"]
    assert row["state"] in ("waiting", "idle")
    stream.close()


def test_check_of_a_good_server(host, new_peer):
    new_peer("one.test")
    steps = check(host, "one.test")
    assert steps["dns"][0] in ("ok", "note")
    for step in ("address", "connect", "stream", "starttls", "tls",
                 "dialback", "result"):
        assert steps[step][0] == "ok", (step, steps)
    assert steps["certificate"][0] == "note"    # the test's own authority
    assert "one.test" in steps["certificate"][1]
    assert steps["external"][0] == "note"


def test_check_where_nobody_listens(host, names):
    names.set_server("one.test", free_port())
    steps = check(host, "one.test")
    assert steps["connect"][0] == "problem"
    assert "refused" in steps["connect"][1]
    assert steps["result"][0] == "problem"


def test_check_of_a_port_that_is_not_dialled(host, names):
    names.set_server("one.test", 22)
    steps = check(host, "one.test")
    assert steps["address"][0] == "problem"
    assert "lowest_port" in steps["address"][1]
    assert "connect" not in steps


def test_check_of_no_such_domain(host):
    steps = check(host, "nowhere.test")
    assert steps["dns"][0] == "note"
    assert steps["address"][0] == "problem"
    assert steps["result"][0] == "problem"


def test_check_of_a_server_that_does_not_know_its_domain(host, new_peer):
    peer = new_peer("one.test")

    def on_stream(stream):
        stream.read_header()
        stream.send_header(from_="else.test", to=ROOMS, id="x")
        stream.send("<stream:error><host-unknown xmlns='urn:ietf:params:xml:"
                    "ns:xmpp-streams'/></stream:error></stream:stream>")
        stream.read_end()

    peer.on_stream = on_stream
    steps = check(host, "one.test")
    assert steps["starttls"][0] == "problem"
    assert "does not host" in steps["starttls"][1]


def test_check_of_a_server_without_tls(host, new_peer):
    peer = new_peer("one.test")

    def on_stream(stream):
        peer.answer_header(stream, "<stream:features/>")
        stream.read_until(TLS + "starttls")
        stream.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        stream.read_end()

    peer.on_stream = on_stream
    steps = check(host, "one.test")
    assert steps["starttls"][0] == "problem"
    assert "certificate" in steps["starttls"][1]


@pytest.mark.parametrize("verdict, words", [
    ("invalid", "our SRV records"), ("error", "not believed")])
def test_check_of_a_server_that_does_not_believe_us(
        host, new_peer, verdict, words):
    peer = new_peer("one.test")
    peer.on_dialback = lambda stream, element: peer.answer_result(
        stream, element, verdict)
    steps = check(host, "one.test")
    assert steps["dialback"][0] == "problem"
    assert words in steps["dialback"][1]
    assert steps["result"][0] == "problem"


def test_check_refuses_nonsense(host):
    for words in (["s2s", "check"], ["s2s", "check", ROOMS],
                  ["s2s", "check", "a b"], ["s2s", "check", "127.0.0.1"],
                  ["s2s", "check", "one.test", "--from=else.test"],
                  ["s2s", "list", "--nonsense=1"]):
        assert "hallwayctl: " in host.ctl(*words, check=False), words


def test_the_daemon_ends_while_a_check_runs(host, new_peer):
    """A server that says nothing: the command ends with the daemon."""
    peer = new_peer("one.test")
    peer.on_stream = lambda stream: stream.read_end()
    asking = host.ctl_begin("s2s", "check", "one.test")
    peer.accepted.get(timeout=60)
    host.ctl("stop")
    assert asking.wait() == 1
    host.process.wait()


def test_metrics_are_openmetrics(host, new_peer):
    stream = greet(new_peer("one.test"), host)
    text = host.ctl("metrics")
    assert text.endswith("# EOF\n")
    values = dict(line.rsplit(" ", 1) for line in text.splitlines()
                  if not line.startswith("#"))
    assert values["hallway_s2s_streams_in"] == "1"
    assert values["hallway_dialback_results_valid_total"] == "1"
    assert values["hallway_occupants"] == "0"
    stream.close()


def test_the_metrics_file_is_written_and_removed(host):
    host.terminate()
    path = host.folder / "hallway.prom"
    config = host.config.read_text()
    host.config.write_text(
        config + "metrics: {file: %s, every: 1s}\n" % path)
    umask = os.umask(0o077)     # that of the unit
    host.start()
    os.umask(umask)
    assert path.read_text().endswith("# EOF\n")
    assert path.stat().st_mode & 0o777 == 0o644     # for the collector
    host.terminate()
    assert not path.exists()


def test_check_of_a_domain_that_we_keep_out(host, new_peer):
    """It is our own doing, and is said before anybody is called."""
    peer = new_peer("one.test")
    peer.on_stream = lambda stream: pytest.fail("it was called")
    host.ctl("s2s", "block", "one.test")
    steps = check(host, "one.test")
    assert set(steps) == {"policy", "result"}
    assert steps["policy"][0] == "problem"
    assert "s2s unblock" in steps["policy"][1]
    assert steps["result"][0] == "problem"


def test_check_of_a_domain_whose_users_are_banned(host, new_peer):
    new_peer("one.test")
    host.ctl("people", "ban", "one.test", "--reason=Spam since March")
    steps = check(host, "one.test")
    assert steps["ban"] == ("problem", "all users of one.test are banned from "
                            "the rooms: Spam since March; \"people unban "
                            "one.test\" ends it")
    assert steps["result"][0] == "ok"


def test_check_of_a_certificate_that_is_not_enough_for_us(new_host, new_peer):
    host = new_host(s2s="require_valid: [one.test]")
    new_peer("one.test")
    steps = check(host, "one.test")
    assert "require_valid" in steps["policy"][1]
    assert "dialback" not in steps
    assert steps["result"][0] == "problem"
