# SPDX-License-Identifier: MIT
"""The chair's page (doc/chairs-page.md) word by word, by people whose clients
know nothing of sessions: the chair types in profanity, the scribe in
Converse.js, which shows what a room itself says when it comes as an event
(XEP-0316)."""

import asyncio
import functools
import json
import re
import urllib.request

import pytest

from test_converse import TEXT, Converse, site  # noqa: F401
from test_meeting import hears_of_the_room, host  # noqa: F401
from test_profanity import Profanity

ALICE, BOB = "alice@home1.test", "bob@home1.test"
# What Converse shows that the room itself said.
LINES_OF_THE_ROOM = """[...document.querySelectorAll(
	"converse-muc .message--mep .chat-info__message")].map(
		line => line.innerText.trim())"""
# ... and said to bob alone: the answer to q?, what a scribe is to have said
TOLD_BOB = ["Queue: bob.", 'MIC 1, dave: is there a test? -- "mic 1 done" when '
            "it is said."]
# ... and what it said better soon after: Converse puts no event in the place of
# another, so that who was there has both
CORRECTED = ["Queue: carol (who pays).", "Queue: nobody."]
CAROL, DAVE = "carol@home1.test", "dave@home1.test"


@pytest.fixture
def clients(world, host, site, room, tmp_path):  # noqa: F811
    """(profanity of alice, Converse of bob); they go before the host does."""
    started = []

    async def start():
        home = world.homes["home1.test"]
        alice = Profanity(tmp_path / "alice", home, ALICE, "p")
        started.append(alice)
        await alice.see("logged in successfully")
        alice.type("/join %s nick alice" % room)
        await alice.see("You have joined the room as alice, role: moderator")
        bob = await asyncio.to_thread(functools.partial(
            Converse, tmp_path / "bob", site, home, BOB, room, "bob"))
        started.append(bob)
        await bob.open()
        return alice, bob

    yield start
    for one in started:
        one.close()


def fetch(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


async def reads(one, words):
    """Wait until profanity shows these words, in however many lines; beside
    them is the list of occupants."""
    def shown(screen):
        column = max(row.find("Moderators") for row in screen.splitlines())
        return " ".join(" ".join(
            row[:column] for row in screen.splitlines()).split())

    await one.until(lambda screen: words in shown(screen), what=repr(words))


async def begin(alice, bob):
    """Who leads, who writes, and what is told of it."""
    alice.type("#startmeeting Interim 12")
    await reads(alice, "The meeting begins: Interim 12. Log and minutes: http://")
    await bob.see("In session: Interim 12")
    await bob.see("The meeting begins: Interim 12. Log and minutes: http://")
    alice.type("scribe+ bob")
    await bob.see("scribe+ bob")
    await bob.type("topic: The draft")
    await reads(alice, "bob: topic: The draft")
    await bob.type("Mark: I think this is done")
    await reads(alice, "bob: Mark: I think this is done")


async def the_queue(alice, bob, carol):
    carol.say("q+ to ask who pays")
    for one in (functools.partial(reads, alice), bob.see):
        await one("Queue: carol (who pays).")
    await bob.type("q+")
    for one in (functools.partial(reads, alice), bob.see):
        await one("Queue: carol (who pays), bob.")
    alice.type("ack next")
    for one in (functools.partial(reads, alice), bob.see):
        await one("carol has the floor (who pays). Next: bob.")
    await bob.type("q?")
    await bob.see("Queue: bob.")
    await bob.picture("queue")
    await bob.type("q-")
    for one in (functools.partial(reads, alice), bob.see):
        await one("Queue: nobody.")


async def the_question(alice, bob, dave):
    dave.say("MIC: is there a test?")
    await bob.see("MIC: is there a test?")
    await bob.type("mic 1 done")
    await hears_of_the_room(dave, "bob has said at the microphone")


async def the_show(alice, bob, carol, dave):
    alice.type("hands: Shall we adopt it?")
    await reads(alice, "Show of hands (not a vote): Shall we adopt it?")
    carol.say("+1")
    dave.say("-1")
    await reads(alice, "dave: -1")
    await reads(alice, "carol: +1")
    await bob.type("+1")
    await reads(alice, "bob: +1")
    alice.type("end hands")
    for one in (functools.partial(reads, alice), bob.see):
        await one("Show of hands: Shall we adopt it? -- 2 raised a hand, "
                  "1 did not, 0 abstained, of 4 present. This is not a vote.")


async def leaves(bob, carol):
    start = len(carol.user.seen)
    await bob.close_page()
    await carol.sees_presence("bob", "unavailable", start)


async def sees_again(bob, carol, wanted, greeting):
    """Bob came: these lines of the room are shown, in order, each once, and
    the words before what was said to them."""
    await bob.until("JSON.stringify(%s) === %s" % (
        LINES_OF_THE_ROOM, json.dumps(json.dumps(
            wanted, separators=(",", ":"), ensure_ascii=False))))
    carol.say(greeting)
    await bob.see(greeting)
    assert await bob.ask(LINES_OF_THE_ROOM) == wanted
    text = await bob.ask(TEXT)
    assert text.index("end hands") < text.index("2 raised a hand"), text


async def comes_back(bob, carol):
    """Who reloads the page sees each line once, also those of the room."""
    said = await bob.ask(LINES_OF_THE_ROOM)
    await bob.keeps(said)
    await leaves(bob, carol)
    carol.say("q+")
    await hears_of_the_room(carol, "Queue: carol.")
    await bob.open()
    await sees_again(bob, carol, said + ["Queue: carol."], "Hello, bob")
    await bob.picture("back")


async def comes_anew(bob, carol):
    """In a browser that remembers nothing there is all that the room said to
    all, in order, as it last said it; what it told him alone it said once."""
    said = await bob.ask(LINES_OF_THE_ROOM)
    assert set(TOLD_BOB + CORRECTED) <= set(said), said
    await leaves(bob, carol)
    await bob.forget()
    await bob.open()
    await sees_again(bob, carol,
                     [line for line in said
                      if line not in TOLD_BOB + CORRECTED],
                     "And again, bob")
    await bob.picture("anew")
    carol.say("q-")
    await carol.hears("q-")


async def test_the_page_as_written(people, clients, host, room):
    host.ctl("hats", "give", room, ALICE, "chair")
    carol = await (await people.login(CAROL)).join(room, "carol")
    dave = await (await people.login(DAVE)).join(room, "dave")
    alice, bob = await clients()
    await begin(alice, bob)
    await the_queue(alice, bob, carol)
    await the_question(alice, bob, dave)
    await the_show(alice, bob, carol, dave)
    await comes_back(bob, carol)
    await comes_anew(bob, carol)
    await bob.type("#agreed to adopt the draft")
    await bob.type("action: alice to mend the cable")
    await reads(alice, "bob: action: alice to mend the cable")
    await bob.picture("session")
    alice.type("#endmeeting")
    await reads(alice, "Actions: 1, decisions: 1, people: 4. "
                "The record: http://")
    await bob.see("The meeting ends after 1 min. Actions: 1, decisions: 1, "
                  "people: 4. The record: http://")
    await bob.picture("end")
    url = re.findall(r"http://\S+/meeting/\S+", alice.screen())[-1]
    minutes = await asyncio.to_thread(fetch, url + "minutes.md")
    for wanted in ("The draft", "I think this is done", "to adopt the draft",
                   "alice to mend the cable"):
        assert wanted in minutes, minutes
    assert "Interim 12" in await asyncio.to_thread(fetch, url)
    news = await asyncio.to_thread(
        fetch, url.partition("/hallway/")[0] + "/-/news.atom")
    assert "hallway: the record of Interim 12 is there" in news, news
    assert url in news, news

    # another one, after a restart, takes nothing from it
    await asyncio.to_thread(host.kill9)
    await asyncio.to_thread(host.start)
    alice.type("#startmeeting Interim 13")
    begun = await hears_of_the_room(carol, "The meeting begins: Interim 13.")
    assert url not in begun.body, begun.body
    assert await asyncio.to_thread(fetch, url + "minutes.md") == minutes
