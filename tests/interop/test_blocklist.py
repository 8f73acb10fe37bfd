# SPDX-License-Identifier: MIT
"""A list of troublemakers that somebody else publishes (RTBL), on a PubSub
service of Prosody: who is on it is not let in, who is put on it goes."""

import hashlib

import pytest

from harness import prosody, world as worlds
from harness.user import CLIENT, codes, condition, new_id
from harness.world import HALLWAY, LISTS, OPERATOR

NODE = "muc_bans_sha256"
NAME = "%s/%s" % (LISTS, NODE)
MODERATION = 'moderation: {blocklists: ["%s %s kick"]}\n' % (LISTS, NODE)


def digest(address):
    return hashlib.sha256(address.encode()).hexdigest()


async def publish(publisher, address):
    answer = await publisher.ask(
        LISTS, "<pubsub xmlns='http://jabber.org/protocol/pubsub'>"
        "<publish node='%s'><item id='%s'><x xmlns='test'/></item></publish>"
        "</pubsub>" % (NODE, digest(address)), "set")
    assert answer.get("type") == "result", condition(answer)


async def retract(publisher, address):
    answer = await publisher.ask(
        LISTS, "<pubsub xmlns='http://jabber.org/protocol/pubsub'>"
        "<retract node='%s' notify='true'><item id='%s'/></retract></pubsub>"
        % (NODE, digest(address)), "set")
    assert answer.get("type") == "result", condition(answer)


@pytest.fixture
def listed_host(world):
    """The conference host; it follows the list on LISTS, once started."""
    if LISTS not in world.homes:
        world.open_home(LISTS, prosody.Prosody, publisher=OPERATOR)
    host = world.new_host(extra=MODERATION)
    yield host
    host.close()


@pytest.fixture
def people(listed_host, world, loop):
    people = worlds.People(world)
    yield people
    loop.run_until_complete(people.everybody_leaves())


async def enter(user, nick):
    """The answer to a join: the user's own presence, or an error."""
    start = len(user.seen)
    user.send_text("<presence to='%s/%s' id='%s'><x xmlns="
                   "'http://jabber.org/protocol/muc'/></presence>"
                   % (HALLWAY, nick, new_id()))
    return await user.see(
        lambda s: s.tag == CLIENT + "presence"
        and (s.get("type") == "error" or 110 in codes(s)), start=start)


async def test_who_is_listed_goes_and_stays_out(listed_host, people):
    publisher = await people.login(OPERATOR)
    await publish(publisher, "dave@home2.test")
    listed_host.start()
    log = listed_host.process
    log.wait_for_line("block list %s: 1 entries" % NAME)
    dave = await people.login("dave@home2.test")
    assert condition(await enter(dave, "dave")) == ("auth", "forbidden")
    alice = await (await people.login("alice@home1.test")).join(
        HALLWAY, "alice")
    erin = await (await people.login("erin@home2.test")).join(HALLWAY, "erin")
    await publish(publisher, "erin@home2.test")
    gone = await erin.sees_presence("erin", "unavailable")
    assert codes(gone) == {110, 307}
    assert codes(await alice.sees_presence("erin", "unavailable")) == {307}
    await retract(publisher, "dave@home2.test")
    log.wait_for_line("block list %s: has news; 1 entries" % NAME)
    assert condition(await enter(dave, "dave")) is None
