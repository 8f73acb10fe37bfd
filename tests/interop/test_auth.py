# SPDX-License-Identifier: MIT
"""How names are proven with real servers: T1, T2, T4 and T5 of the acceptance
tests, and what the operator's proof is worth."""

import asyncio
import datetime
import re

import certs
import pytest
from machine import Stopwatch

from harness import world as worlds
from harness.prosody import Prosody
from harness.user import CLIENT, condition


@pytest.fixture
def host(world, request):
    """The conference host with a valid certificate; a parameter is further
    words of new_sure_host(), or None: without one, and trusting nobody."""
    words = getattr(request, "param", {})
    host = (world.new_host(operator_proof="certificate") if words is None
            else world.new_sure_host(**words))
    host.start()
    yield host
    host.close()


def lines_of(host, pattern):
    return [line for line in host.process.lines() if re.search(pattern, line)]


async def said(host, pattern, timeout=60, start=0):
    return await asyncio.get_running_loop().run_in_executor(
        None, host.process.wait_for_line, pattern, timeout, start)


async def assert_talk(one, other, count=8):
    """Each hears the other's lines, all in one order."""
    wanted = []
    for number in range(count):
        for visit in (one, other):
            wanted.append("%s %d" % (visit.nick, number))
            visit.say(wanted[-1])
    for visit in (one, other):
        await visit.hears_all(wanted)
    assert one.record() == other.record()


# -- T1

async def test_t1_prosody_and_we_log_in_by_certificate(
        people, room, host, world):
    alice = await people.login("alice@home1.test")
    dave = await people.login("dave@home1.test")
    watch = Stopwatch(host.process.pid, world.homes["home1.test"].process.pid)
    one = await alice.join(room, "alice")
    assert watch.own() < 1
    await assert_talk(one, await dave.join(room, "dave"))
    assert lines_of(host, "home1.test: verified by certificate, may speak to "
                    "rooms.test")
    assert lines_of(host, "home1.test: believes rooms.test by certificate")
    assert not lines_of(host, "home1.test: .*by dialback")
    assert host.count("hallway_s2s_external_in") == 1
    assert host.count("hallway_s2s_external_out") == 1
    assert host.count("hallway_dialback_results_valid") == 0
    assert host.count("hallway_dialback_verifies_valid") == 0


# -- T2

async def test_t2_ejabberd_refuses_serverauth_and_dials_back(
        people, room, host):
    """23.01 offers EXTERNAL, and wants clientAuth; the same connection goes
    on by dialback."""
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    carol = await (await people.login("carol@home2.test")).join(room, "carol")
    await assert_talk(bob, carol)
    assert len(lines_of(host, "home2.test: stream out to ")) == 1
    assert len(lines_of(host, "home2.test: does not accept our certificate: "
                        "not-authorized .*purpose")) == 1
    assert lines_of(host, "home2.test: believes rooms.test by dialback")
    assert lines_of(host, "home2.test: verified by certificate")
    assert host.count("hallway_s2s_external_out") == 0


@pytest.mark.parametrize("host", [{"usage": "serverAuth,clientAuth"}],
                         indirect=True)
async def test_t2_ejabberd_accepts_both_usages(people, room, host):
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    bob.say("hello")
    await bob.hears("hello")
    assert lines_of(host, "home2.test: believes rooms.test by certificate")
    assert host.count("hallway_s2s_external_out") == 1


# -- T4

@pytest.fixture(scope="module")
def self_signed_home(world):
    name = worlds.SELF_SIGNED
    world.open_home(name, Prosody, more={
        name: certs.self_signed(world.folder / "self-signed", name)})
    yield name
    world.homes.pop(name).close()


async def test_t4_a_self_signed_server_dials_back(
        people, room, host, self_signed_home):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    erin = await (await people.login("erin@" + self_signed_home)).join(
        room, "erin")
    await assert_talk(alice, erin)
    assert lines_of(host, "self.test: verified by dialback")
    assert lines_of(host, "self.test: stream out to .*, certificate not "
                    "trusted")


@pytest.mark.parametrize("host", [{"s2s": "  require_valid: [self.test]\n"}],
                         indirect=True)
async def test_t4_require_valid_keeps_it_out(
        people, room, host, self_signed_home):
    erin = await people.login("erin@" + self_signed_home)
    erin.send_text("<presence to='%s/erin'><x xmlns='http://jabber.org/"
                   "protocol/muc'/></presence>" % room)
    await said(host, "self.test: refused, s2s.require_valid: certificate not "
               "trusted")
    await erin.see(lambda s: s.get("type") == "error",
                   what="the home server's own error")
    assert host.count("hallway_s2s_forbidden") >= 1
    assert host.count("hallway_s2s_stanzas_in") == 0
    # who has a valid one is let in as before
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    alice.say("hello")
    await alice.hears("hello")


# -- T5

@pytest.fixture(scope="module")
def strict_home(world):
    world.open_home(worlds.STRICT, Prosody, is_strict=True)
    yield worlds.STRICT
    world.homes.pop(worlds.STRICT).close()


def at(line):
    """When a line of the log was written."""
    stamp = line.split(" ", 1)[0].rstrip("Z")
    return datetime.datetime.fromisoformat(stamp).timestamp()


async def test_t5_a_strict_prosody_and_our_good_certificate(
        people, room, host, strict_home):
    erin = await (await people.login("erin@" + strict_home)).join(room, "erin")
    erin.say("hello")
    await erin.hears("hello")
    assert lines_of(host, "strict.test: believes rooms.test by certificate")


@pytest.mark.parametrize("host", [{"days": (-20, -10)}], indirect=True)
async def test_t5_a_strict_prosody_and_our_expired_certificate(
        people, room, host, strict_home):
    """Told to our operator, who can mend it; and tried again with patience."""
    frank = await (await people.login(worlds.OPERATOR)).join(room, "frank")
    frank.user.send_text(
        "<message to='%s'><x xmlns='http://jabber.org/protocol/muc#user'>"
        "<invite to='erin@%s'/></x></message>" % (room, strict_home))
    start, _ = await said(host, "warn  s2s: strict.test: does not let us in "
                          "as rooms.test: .*(expired|not-authorized)")
    assert host.count("hallway_s2s_disbelieved") == 1
    await said(host, "strict.test: does not let us in", start=start)
    tries = [at(line)
             for line in lines_of(host, "strict.test: stream out to ")]
    tries += [at(line)
              for line in lines_of(host, "strict.test: does not let us in")]
    tries.sort()
    assert len(tries) <= 4
    assert tries[-1] - tries[0] > 3.5       # 5 s, less a quarter
    frank.say("hello")
    await frank.hears("hello")


# -- operators

@pytest.mark.parametrize("host", [{"operator_proof": "certificate"}],
                         indirect=True)
async def test_an_operator_is_believed_by_certificate(people, host):
    """Only operators may make a room here."""
    frank = await people.login(worlds.OPERATOR)
    visit = await frank.join("made@" + worlds.ROOMS, "frank")
    mine = [s for s in visit.seen() if s.tag == CLIENT + "presence"]
    assert any(item.get("affiliation") == "owner"
               for s in mine for item in s.iter() if
               item.tag.endswith("}item"))


@pytest.mark.parametrize("host", [None], indirect=True)
async def test_an_operator_by_dialback_is_none(people, host):
    """The same operator, whose server's certificate is not trusted."""
    frank = await people.login(worlds.OPERATOR)
    refusal = await frank.try_join("made@" + worlds.ROOMS, "frank")
    assert condition(refusal)[1] == "not-allowed"
    assert lines_of(host, "home1.test: verified by dialback")
