# SPDX-License-Identifier: MIT
"""A scripted hour of an interim meeting, as doc/chairs-page.md tells it: a
dozen people on two home servers, a chair, a scribe, two remote questions, a
queue of five, two shows of hands, a cable that is pulled under the scribe, and
a daemon that is killed in the middle. At the end the record is right."""

import asyncio
import json
import re
import time
import urllib.request
from xml.sax.saxutils import escape, quoteattr

import pytest

from harness import world as worlds
from harness.user import CLIENT, new_id

from test_adhoc import Dialog

HALLWAY = worlds.HALLWAY
REACTIONS = "urn:xmpp:reactions:0"
RTT = "{urn:xmpp:rtt:0}"
HATS = "{urn:xmpp:hats:0}"
SCRIBE = "urn:x-hallway:hat:scribe"
PORT = 5280
CUT = 15        # seconds until the room says that its scribe is cut off
CHAIR, FIRST, SECOND = "alice@home1.test", "bob@home2.test", "carol@home1.test"


@pytest.fixture
def host(world):
    place = world.hosts[worlds.ROOMS]
    host = world.new_host(extra="web: {listen: [\"%s:%d\"], url: "
                          "\"http://%s:%d/\"}\n" % (
                              place.address, PORT, place.address, PORT))
    host.start()
    yield host
    host.close()


async def off_the_loop(work, *words):
    return await asyncio.get_running_loop().run_in_executor(
        None, work, *words)


def react(visit, to, sign):
    visit.user.send_raw(
        "<message to=%s type='groupchat' id='%s'><reactions xmlns='%s' id=%s>"
        "<reaction>%s</reaction></reactions></message>" % (
            quoteattr(visit.room), new_id("react"), REACTIONS, quoteattr(to),
            sign))


def type_live(visit, text):
    """What a modern client sends while somebody types (XEP-0301)."""
    visit.user.send_raw(
        "<message to=%s type='groupchat' id='%s'><rtt xmlns='urn:xmpp:rtt:0' "
        "seq='1' event='new'><t>%s</t></rtt></message>" % (
            quoteattr(visit.room), new_id("rtt"), escape(text)))


async def hears_of_the_room(visit, start, timeout=60):
    """The first line of the room itself that begins so; the room is no
    occupant."""
    def found():
        return [line for line in visit.lines()
                if not line.nick and line.body.startswith(start)]

    await visit.user.until(found, timeout, "the room's %r" % start)
    return found()[-1]


async def wears(visit, nick, uri):
    def is_it(stanza):
        hats = stanza.find(HATS + "hats")
        return (stanza.tag == CLIENT + "presence"
                and stanza.get("from") == "%s/%s" % (HALLWAY, nick)
                and hats is not None and uri in [h.get("uri") for h in hats])

    await visit.user.see(is_it, what="%s with %s" % (nick, uri))


async def come(people):
    """(everybody, by nick): twelve, six of each server."""
    seats = {}
    for jid in (CHAIR, FIRST, SECOND):
        nick = jid.partition("@")[0]
        seats[nick] = await (await people.login(jid)).join(HALLWAY, nick)
    for number in range(9):
        jid = "user%d@home%d.test" % (number, 2 if number < 5 else 1)
        nick = "user%d" % number
        seats[nick] = await (await people.login(jid)).join(HALLWAY, nick)
    return seats


async def says(seats, who, body):
    """They say it, and the chair has heard it."""
    seats[who].say(body)
    return await seats["alice"].hears(body)


async def fetch(host_address, path):
    def get():
        with urllib.request.urlopen("http://%s:%d/hallway/%s" % (
                host_address, PORT, path), timeout=60) as answer:
            return answer.read()

    return await off_the_loop(get)


async def follow(address):
    """The live page, as soon as the web knows the room."""
    for _ in range(100):
        reader, writer = await asyncio.open_connection(address, PORT)
        writer.write(b"GET /hallway/live HTTP/1.1\r\nHost: x\r\n\r\n")
        if b" 200 " in (await reader.readuntil(b"\r\n\r\n")).splitlines()[0]:
            return reader, writer
        writer.close()
        await asyncio.sleep(0.2)
    raise AssertionError("no live page")


async def the_captions(seats, address):
    """What the scribe is typing is seen by clients and on the live page."""
    reader, writer = await follow(address)
    type_live(seats["bob"], "Mark: I think th")
    await seats["user8"].user.see(
        lambda s: s.find(RTT + "rtt") is not None, what="live text")
    await asyncio.wait_for(reader.readuntil(
        b"event: caption\ndata: bob\tMark: I think th\n"), 10)
    await says(seats, "bob", "Mark: I think this is done")
    await asyncio.wait_for(reader.readuntil(
        b"event: caption\ndata: bob\t\n"), 10)
    writer.close()


async def the_queue(seats, start):
    """Five get in line, by words and by raised hands; each gets the floor."""
    seats["user0"].say("q+ to ask who pays")
    seats["user1"].say("q+")
    react(seats["user2"], start.stanza_id, "\u270b")
    react(seats["user5"], start.stanza_id, "\U0001f64b")
    seats["user6"].say("/me q+ about the draft")

    def is_whole():
        lines = [line for line in seats["alice"].lines()
                 if not line.nick and line.body.startswith("Queue: ")]
        return lines and lines[-1].body.count(", ") == 4

    await seats["alice"].user.until(is_whole, what="a queue of five")

    def floors():
        return [line.body.split(" ")[0] for line in seats["user8"].lines()
                if not line.nick and " has the floor" in line.body]

    for word in ("ack next", "ack", "Zakim, ack next", "ack", "ack"):
        seats["alice"].say(word)
    await seats["user8"].user.until(lambda: len(floors()) == 5,
                                    what="the floor given to five")
    assert sorted(floors()) == ["user0", "user1", "user2", "user5", "user6"]


async def the_questions(seats):
    """Two from afar; one is ticked by a word, the other by a sign."""
    seats["user3"].say("MIC: is there a test?")
    await hears_of_the_room(seats["bob"], "MIC 1, user3: is there a test?")
    seats["user7"].say("mic: and who reads it?")
    await hears_of_the_room(seats["bob"], "MIC 2, user7: ")
    seats["bob"].say("mic 1 done")
    await hears_of_the_room(seats["user3"], "bob has said at the microphone")
    second = await seats["bob"].hears("mic: and who reads it?")
    react(seats["bob"], second.stanza_id, "\u2705")
    await hears_of_the_room(seats["user7"], "bob has said at the microphone")


async def the_first_show(seats):
    seats["alice"].say("hands: Shall we adopt it?")
    asked = await hears_of_the_room(seats["user8"], "Show of hands (not")
    for nick in ("user0", "user1", "user5"):
        seats[nick].say("+1")
    seats["user6"].say("-1")
    react(seats["user2"], asked.stanza_id, "\U0001f44d")
    react(seats["user7"], asked.stanza_id, "\U0001f44e")
    seats["user8"].say("abstain")
    seats["user8"].say("abstain")       # once each
    seats["user3"].say("that is all")
    await seats["alice"].hears("that is all")
    # each home server's people are in order; the other one's may be late
    await seats["alice"].user.until(
        lambda: seats["alice"].bodies().count("+1") == 3
        and seats["alice"].bodies().count("abstain") == 2
        and len([s for s in seats["alice"].seen()
                 if s.find("{%s}reactions" % REACTIONS) is not None
                 and s.find("{%s}reactions" % REACTIONS).get("id")
                 == asked.stanza_id]) == 2, what="all hands")
    seats["alice"].say("end hands")
    ended = await hears_of_the_room(seats["user8"], "Show of hands: ")
    assert ("-- 4 raised a hand, 2 did not, 1 abstained, of 12 present. "
            "This is not a vote.") in ended.body


async def the_cable(seats, world):
    """Pulled under the scribe: the room says so within seconds, somebody else
    takes the hat, and the way back is told."""
    net, away = world.net, world.hosts["home2.test"]
    await off_the_loop(net.set_cable, away, False)
    began = time.monotonic()
    try:
        seats["alice"].say("are you still there?")
        await hears_of_the_room(seats["carol"],
                                "The scribe (bob) is cut off", CUT)
        took = time.monotonic() - began
        seats["carol"].say("scribe+")
        await wears(seats["alice"], "carol", SCRIBE)
        await says(seats, "carol", "action: alice to mend the cable")
    finally:
        await off_the_loop(net.set_cable, away, True)
    await hears_of_the_room(seats["carol"], "The link to home2.test is back",
                            60)
    print("the room knew after %.1f s" % took)
    await seats["bob"].hears("action: alice to mend the cable", 60)


async def the_second_show(seats, host):
    """The daemon is killed while it is open; nobody's hand is lost."""
    seats["alice"].say("#startvote Shall we meet again?")
    await hears_of_the_room(seats["user8"],
                            "Show of hands (not a vote): Shall we meet")
    await says(seats, "user5", "+1")
    seats["user6"].say("-1")
    await seats["alice"].user.until(
        lambda: seats["alice"].bodies().count("-1") == 2, what="-1")
    await off_the_loop(host.kill9)
    await off_the_loop(host.start)
    await says(seats, "user7", "are we back?")
    seats["user7"].say("+1")
    await seats["alice"].user.until(
        lambda: seats["alice"].bodies().count("+1") == 5, what="+1")
    seats["alice"].say("end hands")
    ended = await hears_of_the_room(seats["user8"],
                                    "Show of hands: Shall we meet again?")
    assert "-- 2 raised a hand, 1 did not, 0 abstained, of 12 " in ended.body


@pytest.mark.limit(240)
async def test_an_hour(people, world, host, tmp_path):
    host.ctl("hats", "give", HALLWAY, CHAIR, "chair")
    seats = await come(people)
    seats["user0"].say("#startmeeting")
    await hears_of_the_room(seats["user0"],
                            "Only a chair does this here: alice.")
    seats["alice"].say("#startmeeting Interim 12")
    start = await hears_of_the_room(seats["user8"],
                                    "The meeting begins: Interim 12.")
    page = re.search(r"/hallway/(meeting/[^/]+/)", start.body).group(1)
    seats["alice"].say("scribe+ bob")
    await wears(seats["alice"], "bob", SCRIBE)
    await says(seats, "user8", "present+ Ursula Eight, Example Inc")

    await says(seats, "bob", "topic: The draft")
    await the_captions(seats, world.hosts[worlds.ROOMS].address)
    await the_queue(seats, start)
    await the_questions(seats)
    await the_first_show(seats)
    await says(seats, "bob", "#agreed to adopt the draft")
    await the_cable(seats, world)
    await says(seats, "carol", "topic: The next meeting")
    await the_second_show(seats, host)
    await says(seats, "carol", "action: user5 to find a room")
    await says(seats, "carol", "action: user6 to bring cake")
    await says(seats, "carol", "#undo")
    seats["alice"].say("#endmeeting")
    ended = await hears_of_the_room(seats["user8"], "The meeting ends after")
    assert "Actions: 2, decisions: 1, people: 12." in ended.body
    for visit in seats.values():        # nobody was told to go
        assert not [p for p in visit.presences() if p.get("type")]

    at = world.hosts[worlds.ROOMS].address
    minutes = (await fetch(at, page + "minutes.md")).decode()
    for wanted in ("The draft", "The next meeting", "I think this is done",
                   "alice to mend the cable", "user5 to find a room",
                   "to adopt the draft"):
        assert wanted in minutes, minutes
    assert "cake" not in minutes, minutes
    polls = json.loads(await fetch(at, page + "polls.json"))
    assert [(p["text"], p["raise_hand"], p["do_not_raise_hand"])
            for p in polls] == [("Shall we adopt it?", 4, 2),
                                ("Shall we meet again?", 2, 1)]
    said = json.loads(await fetch(at, page + "chatlog.json"))
    assert [line for line in said if "are you still there?" in line["text"]]
    package = tmp_path / "record.zip"
    package.write_bytes(await fetch(at, page + "record.zip"))
    host.ctl("record", "verify", str(package))


CALENDAR = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:one@x
SUMMARY:hallway - Interim 13
DTSTART;TZID=Europe/Madrid:20360316T100000
DTEND;TZID=Europe/Madrid:20360316T120000
END:VEVENT
BEGIN:VEVENT
UID:two@x
SUMMARY:nowhere - Other
DTSTART:20360317T100000Z
END:VEVENT
END:VCALENDAR
"""


async def test_sessions_ahead_of_time(host, tmp_path):
    """A plan first, then it is done; twice is once."""
    calendar = tmp_path / "calendar.ics"
    calendar.write_text(CALENDAR)

    def planned():
        return "Interim 13" in host.ctl("meetings", "list")

    told = host.ctl("meetings", "import", str(calendar))
    assert re.search(r"planned +%s +2036-03-16T09:00:00" % HALLWAY, told), told
    assert re.search(r"not-found .*two@x", told), told
    assert not planned()
    host.ctl("meetings", "import", str(calendar), "--apply")
    assert planned()
    again = host.ctl("meetings", "import", str(calendar), "--apply")
    assert "Interim 13" not in again
    host.process.kill()
    host.start()
    calendar.write_text(CALENDAR.replace(
        "UID:one@x", "UID:one@x\nSTATUS:CANCELLED"))
    told = host.ctl("meetings", "import", str(calendar), "--apply")
    assert re.search(r"cancelled +%s" % HALLWAY, told), told
    assert not planned()


def rows_of(done):
    """{name: value} of an answer's form."""
    return {field.get("var"): field.findtext("{jabber:x:data}value")
            for field in done.xml.iter("{jabber:x:data}field")}


async def test_somebody_catches_up(people, host):
    """Who is known to the room is told what they missed, nobody else."""
    host.ctl("hats", "give", HALLWAY, CHAIR, "chair")
    host.ctl("people", "set", HALLWAY, FIRST, "member")
    alice = await (await people.login(CHAIR)).join(HALLWAY, "alice")
    user = await people.login(FIRST)
    bob = await user.join(HALLWAY, "bob")
    alice.say("before")
    await bob.hears("before")
    await bob.leave()
    await alice.sees_presence("bob", "unavailable")
    for body in ("#startmeeting", "topic: Tea", "action: bob to brew",
                 "#agreed to drink", "that is all"):
        alice.say(body)
    await alice.hears("that is all")
    done = await Dialog(user, HALLWAY, "catchup").start()
    told = rows_of(done)
    assert (told["topics"], told["actions"], told["decisions"],
            told["with your name"]) == ("1", "1", "1", "1"), told
    assert int(told["lines"]) >= 6, told
    # since when does not get lost in a restart
    await off_the_loop(host.kill9)
    await off_the_loop(host.start)
    again = rows_of(await Dialog(user, HALLWAY, "catchup").start())
    assert again["lines"] == told["lines"], (told, again)
    refused = await Dialog(await people.login(SECOND), HALLWAY,
                           "catchup").start()
    assert "registered" in str(refused)
