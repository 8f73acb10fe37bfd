# SPDX-License-Identifier: MIT
"""The conference host ends and comes back; nobody has to notice.

The first two promises of doc/architecture.md: being in the room is the
truth, and what anyone has seen is on the record.
"""

import asyncio
import re

import pytest

from harness import world as worlds
from harness.user import CLIENT, codes

EVERYTHING = {"maxstanzas": 100000}

ENDINGS = pytest.mark.parametrize("end", ["terminate", "kill9"])


async def off_the_loop(work):
    """Let the users go on while this takes its time."""
    return await asyncio.get_running_loop().run_in_executor(None, work)


async def three(people, room):
    """alice and carol of one server, bob of the other, all in the room."""
    visits = []
    for jid, nick in (("alice@home1.test", "alice"),
                      ("bob@home2.test", "bob"),
                      ("carol@home1.test", "carol")):
        visits.append(await (await people.login(jid)).join(room, nick))
    return visits


def nobody_was_told_to_go(visits):
    for visit in visits:
        for presence in visit.presences():
            assert presence.get("type") is None, "%s was told that %s %s" % (
                visit.nick, presence.get("from"), codes(presence))


async def the_record_has_all(people, room, visits):
    """A fresh user is told all that anybody saw, in the order they did."""
    fresh = await (await people.login("erin@home1.test")).join(
        room, "erin", history=EVERYTHING)
    record = fresh.record()
    assert len({name for name, _, _ in record}) == len(record)
    for visit in visits:
        seen = visit.record()
        missing = set(seen) - set(record)
        assert not missing, "%s saw what is not on record" % visit.nick
        assert seen == [line for line in record if line in set(seen)]


async def everybody_says(visits, text):
    """Each speaks, each is heard by all."""
    bodies = []
    for visit in visits:
        bodies.append("%s says %s" % (visit.nick, text))
        visit.say(bodies[-1])
    for visit in visits:
        await visit.hears_all(bodies)


@ENDINGS
async def test_everybody_is_still_in_after_a_restart(
        people, room, host, end):
    visits = await three(people, room)
    for number in range(5):
        await everybody_says(visits, "before %d" % number)
    await off_the_loop(getattr(host, end))
    await off_the_loop(host.start)
    for number in range(5):
        await everybody_says(visits, "after %d" % number)
    for visit in visits:
        assert visit.record() == visits[0].record()
        assert len(visit.record()) == 30
        answer = await visit.user.ping(visit.address)
        assert answer.get("type") == "result"
    nobody_was_told_to_go(visits)
    await the_record_has_all(people, room, visits)


@ENDINGS
async def test_many_restarts_wear_nothing_off(people, room, host, end):
    visits = await three(people, room)
    for number in range(4):
        await off_the_loop(getattr(host, end))
        await off_the_loop(host.start)
        await everybody_says(visits, "round %d" % number)
    nobody_was_told_to_go(visits)
    await the_record_has_all(people, room, visits)


async def heard_in_the_end(visit, body):
    """Say it until it is heard; a home server may still be backing off."""
    tries = 0
    while True:
        tries += 1
        name = visit.say(body)
        stanza = await visit.user.see(
            lambda s: s.get("id") == name
            and s.get("type") in ("error", "groupchat"),
            what="%r or an error for it" % body)
        if stanza.get("type") == "groupchat":
            return
        assert tries < 50, "%s never got through" % visit.nick
        await asyncio.sleep(0.1)


async def talk_without_end(visit, said):
    """said: {id: body}"""
    while True:
        body = "%s %d" % (visit.nick, len(said))
        said[visit.say(body)] = body
        await asyncio.sleep(0.01)


async def test_what_was_seen_is_on_record_after_kill9_under_load(
        people, room, host):
    visits = await three(people, room)
    for _ in range(3):
        said = {visit.nick: {} for visit in visits}
        marks = {visit: len(visit.lines()) for visit in visits}
        talkers = [asyncio.ensure_future(
            talk_without_end(visit, said[visit.nick])) for visit in visits]
        for visit in visits:
            await visit.user.until(
                lambda: len(visit.lines()) > marks[visit] + 40,
                what="lines under load")
        await off_the_loop(host.kill9)
        for talker in talkers:
            talker.cancel()
        await off_the_loop(host.start)
        for visit in visits:
            await heard_in_the_end(visit, "%s is back" % visit.nick)
    for visit in visits:
        names = [name for name, _, _ in visit.record()]
        assert len(set(names)) == len(names), "heard a line twice"
    nobody_was_told_to_go(visits)
    await the_record_has_all(people, room, visits)


def answers(visit, said):
    """({id: how often heard}, {ids that came back as errors}) of own lines."""
    heard, errors = {}, set()
    for stanza in visit.user.seen:
        name = stanza.get("id")
        if stanza.tag != CLIENT + "message" or name not in said:
            continue
        if stanza.get("type") == "error":
            errors.add(name)
        elif stanza.get("from") == visit.address:
            heard[name] = heard.get(name, 0) + 1
    return heard, errors


def has_sent(home, name):
    """Did ejabberd write the line with that id to its stream to us?"""
    return re.search(r"Send XML on stream = .*to='%s'.* id='%s'"
                     % (worlds.HALLWAY, name),
                     (home.folder / "ejabberd.log").read_text())


async def talk_over_restarts(visits, host):
    """Restart the host under them; answers {visit: {id: body}} of all said."""
    for visit in visits:
        for other in visits:
            await visit.sees_presence(other.nick)
    said = {visit: {} for visit in visits}
    talkers = [asyncio.ensure_future(talk_without_end(visit, said[visit]))
               for visit in visits]
    for _ in range(3):
        marks = {visit: len(visit.lines()) for visit in visits}
        for visit in visits:
            await visit.user.until(
                lambda: len(visit.lines()) > marks[visit] + 60,
                what="lines under load")
        await off_the_loop(host.terminate)
        await off_the_loop(host.start)
        for visit in visits:    # their server has found the way again
            old = set(said[visit])
            await visit.user.until(
                lambda: set(answers(visit, said[visit])[0]) - old,
                what="a line of %s after the restart" % visit.nick)
    for talker in talkers:
        talker.cancel()
    for visit in visits:
        said[visit][visit.say(visit.nick + " ends")] = visit.nick + " ends"
        await visit.hears(visit.nick + " ends")
    return said


async def every_line_has_an_answer(visits, said):
    for visit in visits:
        await visit.user.until(
            lambda: set().union(*answers(visit, said[visit]))
            == set(said[visit]), what="an answer to each line")


async def all_heard_the_same(visits, said):
    """Once each, and nothing of what came back."""
    kept = []
    for visit in visits:
        heard, errors = answers(visit, said[visit])
        assert set(heard.values()) == {1}, "a line is doubled"
        assert not errors & set(heard), "a line is heard, and came back"
        kept += [said[visit][name] for name in heard]
    for visit in visits:
        await visit.hears_all(kept)
        assert sorted(visit.bodies()) == sorted(kept)
        assert visit.record() == visits[0].record()
        news = [presence for presence in visit.presences()
                if presence.get("from") != visit.address]
        assert len(news) == len(visits) - 1, "somebody came or went"
        answer = await visit.user.ping(visit.address)
        assert answer.get("type") == "result"
    nobody_was_told_to_go(visits)


async def test_restarts_under_traffic_are_not_noticed(
        people, room, host, world):
    """As "systemctl restart" and an upgrade do it, while everybody talks.

    A line said while the host is away comes back as an error to who said
    it; every other one is heard by all, once and in one order. ejabberd
    drops one now and then between a stream that ends and the next: it was
    never sent to us.
    """
    alice, bob, carol = visits = await three(people, room)
    said = await talk_over_restarts(visits, host)
    await every_line_has_an_answer([alice, carol], said)
    assert has_sent(world.homes["home2.test"], next(iter(said[bob])))
    for name in set(said[bob]).difference(*answers(bob, said[bob])):
        assert not has_sent(world.homes["home2.test"], name), said[bob][name]
    await all_heard_the_same(visits, said)
    await the_record_has_all(people, room, visits)


async def test_words_to_an_absent_host_come_back_or_arrive(
        people, room, host):
    """What is said while the host is down is answered, not swallowed."""
    visits = await three(people, room)
    await off_the_loop(host.terminate)
    names = {visit: visit.say("anybody here?") for visit in visits}
    await off_the_loop(host.start)
    for visit in visits:
        await visit.user.see(
            lambda s: s.tag == CLIENT + "message"
            and s.get("id") == names[visit]
            and s.get("type") in ("error", "groupchat"),
            what="an error or the line itself")
        await heard_in_the_end(visit, "%s is back" % visit.nick)
    nobody_was_told_to_go(visits)
