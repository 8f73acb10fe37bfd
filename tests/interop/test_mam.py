# SPDX-License-Identifier: MIT
"""The archive of a room, asked by a client library (XEP-0313, XEP-0431)."""

import asyncio
import datetime

import pytest
from rawpeer import Crowd

from harness import world as worlds
from harness.user import CLIENT, condition
from harness.world import OPERATOR

MAM = "urn:xmpp:mam:2"
RESULT = "{%s}result" % MAM
RSM = "{http://jabber.org/protocol/rsm}"
SET = "<set xmlns='http://jabber.org/protocol/rsm'>%s</set>"
FORWARDED = "{urn:xmpp:forward:0}forwarded"

HOMES = pytest.mark.parametrize("jid", ["bob@home1.test", "bob@home2.test"])

COUNT = 10000
AT_ONCE = 500


@pytest.fixture
def host(world):
    """That each line is on the disk, and nobody too fast, is not what is
    looked at here."""
    host = world.new_host(
        s2s="  rate_stanzas: 100000\n  rate_bytes: 1GiB\n",
        extra="archive: {sync: normal, user_pages: 0}\n")
    host.start()
    yield host
    host.close()


async def fill(chair, count):
    """The chair says `count` lines; answers [(stanza-id, body)]."""
    for number in range(count):
        chair.say("line %d" % number)
    await chair.hears("line %d" % (count - 1))
    return [(line.stanza_id, line.body) for line in chair.lines()]


@pytest.fixture
def crowd(world):
    """A server whose users read nothing."""
    crowd = Crowd(worlds.PLAYED, world.authority.issue(worlds.PLAYED),
                  worlds.net.GATEWAY, port=worlds.PLAYED_PORT)
    yield crowd
    crowd.close()


def talk(crowd, world, room):
    """One of them says COUNT lines."""
    crowd.begin((world.hosts[worlds.ROOMS].address,
                 worlds.PORTS[worlds.ROOMS]), room)
    crowd.enter([0])
    for first in range(0, COUNT, AT_ONCE):
        crowd.stream.send("".join(
            "<message from='u0@%s/x' to='%s' type='groupchat' id='m%d'>"
            "<body>line %d</body></message>" % (crowd.domain, room, n, n)
            for n in range(first, first + AT_ONCE)))


async def until_all_is_kept(user, room):
    count = 0
    while count < COUNT:
        _, fin = await ask(user, room, "", SET % "<max>0</max>")
        count = int(fin.findtext(".//%scount" % RSM))
    assert count == COUNT


async def read(user, room, reverse, size):
    """The whole archive as slixmpp iterates over it: [(id, body)]."""
    user.register_plugin("xep_0313")
    return [(m["mam_result"]["id"],
             m["mam_result"]["forwarded"]["stanza"]["body"])
            async for m in user["xep_0313"].iterate(
                jid=room, reverse=reverse, rsm={"max": size})]


@HOMES
async def test_a_library_pages_ten_thousand_lines_both_ways(
        people, room, world, crowd, jid):
    bob = await people.login(jid)       # never enters
    await asyncio.to_thread(talk, crowd, world, room)
    await until_all_is_kept(bob, room)
    loop = asyncio.get_running_loop()
    start = loop.time()
    said = await read(bob, room, False, 100)
    forth = loop.time()
    assert [body for _, body in said] == ["line %d" % n for n in range(COUNT)]
    assert len({name for name, _ in said}) == COUNT
    assert await read(bob, room, True, 100) == said[::-1]
    back = loop.time()
    print("%s: %d lines forth in %.1f s, back in %.1f s" % (
        jid, COUNT, forth - start, back - forth))


def query(fields="", paging="", kind="q"):
    form = ""
    if fields:
        form = ("<x xmlns='jabber:x:data' type='submit'>"
                "<field var='FORM_TYPE' type='hidden'>"
                "<value>%s</value></field>%s</x>" % (MAM, fields))
    return "<query xmlns='%s' queryid='%s'>%s%s</query>" % (
        MAM, kind, form, paging)


def field(var, *values):
    return "<field var='%s'>%s</field>" % (
        var, "".join("<value>%s</value>" % value for value in values))


def results(user, start):
    """[(id, body)] of the result messages since `start`."""
    return [(r.get("id"), r.find(FORWARDED).find(CLIENT + "message")
             .findtext(CLIENT + "body"))
            for s in user.seen[start:] if s.tag == CLIENT + "message"
            for r in s.findall(RESULT)]


async def ask(user, room, *words):
    """Answers ([(id, body)], the <fin/>)."""
    start = len(user.seen)
    answer = await user.ask(room, query(*words), "set")
    assert answer.get("type") == "result", condition(answer)
    return results(user, start), answer.find("{%s}fin" % MAM)


@HOMES
async def test_filters_find_what_was_said(people, room, jid):
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    bob = await (await people.login(jid)).join(room, "bob")
    for number in range(10):
        (chair, bob)[number % 2].say("number %d of Grüße" % number)
        await chair.hears("number %d of Grüße" % number)
    said = [(line.stanza_id, line.body) for line in chair.lines()]
    eve = await people.login("carol@home1.test")
    found, fin = await ask(eve, room, field("with", room + "/bob"))
    assert found == said[1::2] and fin.get("complete") == "true"
    found, _ = await ask(
        eve, room, field("{urn:xmpp:fulltext:0}fulltext", "grüße 7"))
    assert found == [said[7]]
    found, _ = await ask(
        eve, room, field("{urn:xmpp:fulltext:0}fulltext", "number")
        + field("with", room + "/bob") + field("after-id", said[4][0]))
    assert found == said[5::2]
    found, _ = await ask(eve, room, field("ids", said[8][0], said[2][0]))
    assert found == [said[2], said[8]]
    found, _ = await ask(
        eve, room, field("before-id", said[5][0]),
        SET % "<max>2</max><before/>" + "<flip-page/>")
    assert found == [said[4], said[3]]
    tomorrow = (datetime.datetime.utcnow()
                + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found, fin = await ask(eve, room, field("start", tomorrow))
    assert not found and fin.get("complete") == "true"
    answer = await eve.ask(room, query(field("ids", "nothing")), "set")
    assert condition(answer) == ("cancel", "item-not-found")
    answer = await eve.ask(room, query(field("with", OPERATOR)), "set")
    assert condition(answer) == ("auth", "forbidden")


async def test_metadata_and_fields_are_told(people, room):
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    said = await fill(chair, 3)
    bob = await people.login("bob@home2.test")
    answer = await bob.ask(room, "<metadata xmlns='%s'/>" % MAM)
    metadata = answer.find("{%s}metadata" % MAM)
    assert metadata.find("{%s}start" % MAM).get("id") == said[0][0]
    assert metadata.find("{%s}end" % MAM).get("id") == said[2][0]
    answer = await bob.ask(room, "<query xmlns='%s'/>" % MAM)
    fields = {f.get("var") for f in answer.iter("{jabber:x:data}field")}
    assert fields == {"FORM_TYPE", "with", "start", "end", "before-id",
                      "after-id", "ids", "{urn:xmpp:fulltext:0}fulltext"}


@HOMES
async def test_a_line_taken_back_is_a_tombstone_that_no_word_finds(
        people, room, jid):
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    bob = await (await people.login(jid)).join(room, "bob")
    bob.say("terrible words")
    line = await chair.hears("terrible words")
    answer = await chair.user.ask(
        room, "<moderate xmlns='urn:xmpp:message-moderate:1' id='%s'>"
        "<retract xmlns='urn:xmpp:message-retract:1'/></moderate>"
        % line.stanza_id, "set")
    assert answer.get("type") == "result", condition(answer)
    start = len(bob.user.seen)
    found, _ = await ask(bob.user, room)
    assert found[0] == (line.stanza_id, None)
    first = next(s for s in bob.user.seen[start:] if s.find(RESULT) is not None)
    assert first.find(".//{urn:xmpp:message-retract:1}retracted") is not None
    found, _ = await ask(
        bob.user, room, field("{urn:xmpp:fulltext:0}fulltext", "terrible"))
    assert not found


async def test_the_archive_outlives_the_daemon(people, room, host):
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    said = await fill(chair, 5)
    await asyncio.to_thread(host.kill9)
    await asyncio.to_thread(host.start)
    bob = await people.login("bob@home2.test")
    found, fin = await ask(bob, room)
    assert found == said and fin.get("complete") == "true"
