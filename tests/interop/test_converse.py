# SPDX-License-Identifier: MIT
"""Converse.js, as people use it in a browser, in the hallway; home1 is its
home server, reached by WebSocket."""

import asyncio
import functools
import json
import os
import pathlib
import urllib.parse

import pytest

from harness.browser import Browser, Site
from harness.user import condition
from harness.world import OPERATOR, PASSWORD

ADMIN = "http://jabber.org/protocol/muc#admin"

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Converse</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/dist/converse.min.css">
<script type="module" src="/dist/converse.min.js"></script>
</head>
<body class="converse-fullscreen">
<script type="module">
const words = new URLSearchParams(location.search);
converse.initialize({
	assets_path: "/dist/",
	authentication: "login",
	auto_login: true,
	jid: words.get("jid"),
	password: words.get("password"),
	websocket_url: words.get("websocket"),
	auto_join_rooms: [{jid: words.get("room"), nick: words.get("nick")}],
	auto_register_muc_nickname: words.has("register"),
	discover_connection_methods: false,
	view_mode: "fullscreen",
	i18n: "en",
	loglevel: "debug",
	play_sounds: false,
	show_desktop_notifications: false,
});
</script>
</body>
</html>
"""

# What the page shows of the room, as JSON.
LINES = """JSON.stringify(
	[...document.querySelectorAll("converse-muc .chat-msg")].map(line => [
		line.querySelector(".chat-msg__author")?.innerText.trim(),
		line.querySelector(".chat-msg__text")?.innerText.trim()]))"""
PEOPLE = """JSON.stringify(
	[...document.querySelectorAll("converse-muc .occupant-nick")].map(
		nick => nick.innerText.trim()).sort())"""
TEXT = 'document.querySelector("converse-muc")?.innerText'

# arguments: lines, then selenium's callback. Storage tells of no change, so that
# it is read again until it has these lines as events, no more, no less.
KEEPS = """
const [wanted, done] = arguments;
const read = request => new Promise((resolve, reject) => {
	request.onsuccess = () => resolve(request.result);
	request.onerror = () => reject(request.error);
});
async function look() {
	const storage = await read(indexedDB.open("converse-persistent"));
	const events = [];
	for (const name of storage.objectStoreNames)
		for (const one of await read(storage.transaction(name)
				.objectStore(name).getAll()))
			if (one.type === "mep")
				events.push(one.message);
	storage.close();
	if (JSON.stringify(events.sort()) === JSON.stringify(wanted.sort()))
		done();
	else
		setTimeout(look, 10);
}
look();
"""


class Converse(Browser):
    """A browser with the page of one user."""

    def __init__(self, folder, site, home, jid, room, nick,
                 **more):
        super().__init__(folder)
        self.nick = nick
        self._origin = site.address.rstrip("/")
        self._page = site.address + "?" + urllib.parse.urlencode({
            "jid": jid, "password": PASSWORD, "room": room, "nick": nick,
            "websocket": home.websocket, **more}) + "#converse/room?jid=" + room

    async def open(self):
        """Load the page, which logs in and joins the room."""
        await self.do(self.driver.get, self._page)
        await self.until('document.querySelector("converse-muc '
                         'textarea:enabled")')

    async def close_page(self):
        await self.do(self.driver.get, "about:blank")

    async def keeps(self, lines):
        """Wait until the browser has stored these lines of the room itself;
        Converse writes when for 50 ms there was nothing more to write, and
        loses what waits when the page goes."""
        await self.do(self.driver.execute_async_script, KEEPS, lines)

    async def forget(self):
        """Of the page that was closed the browser knows nothing any more."""
        await self.do(self.driver.execute_cdp_cmd,
                      "Storage.clearDataForOrigin",
                      {"origin": self._origin, "storageTypes": "all"})

    async def type(self, line):
        """Type these words into the room, and Enter."""
        area = await self.do(self.driver.find_element, "css selector",
                             "converse-muc textarea")
        await self.do(area.send_keys, line + "\n")

    async def see(self, words):
        """Wait until the room's pane holds these words."""
        await self.until("%s.includes(%s)" % (TEXT, json.dumps(words)))

    async def sees_lines(self, *wanted):
        """Wait until these (nick, words) are all that is said there."""
        await self._sees(LINES, [list(line) for line in wanted])

    async def sees_people(self, *wanted):
        """Wait until exactly these nicks are listed."""
        await self._sees(PEOPLE, sorted(wanted))

    async def _sees(self, expression, wanted):
        await self.until("%s === %s" % (expression, json.dumps(
            json.dumps(wanted, separators=(",", ":"), ensure_ascii=False))))


@pytest.fixture(scope="module")
def site():
    folder = pathlib.Path(os.environ["CONVERSE"])
    assert (folder / "version").exists(), (
        "no Converse.js in %s: see install_converse.sh" % folder)
    site = Site(folder, PAGE)
    yield site
    site.close()


@pytest.fixture
def pages(world, host, site, room, tmp_path):
    """Opens Converse for users; they go before the host does."""
    started = []

    async def open_page(jid, nick, **more):
        one = await asyncio.to_thread(
            functools.partial(Converse, tmp_path / nick, site,
                              world.homes["home1.test"], jid, room, nick,
                              **more))
        started.append(one)
        await one.open()
        return one

    yield open_page
    for one in started:
        (one.folder / "console").write_text("\n".join(one.console()))
        one.close()


async def open_pages(people, pages, room, **more):
    """The chair said something; then alice and bob came."""
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    chair.say("before them")
    await chair.hears("before them")
    return chair, *await asyncio.gather(
        pages("alice@home1.test", "alice", **more),
        pages("bob@home1.test", "bob", **more))


async def test_converse_users_meet(people, pages, room):
    """With Converse's own settings: each comes and registers the nick."""
    chair, alice, bob = await open_pages(people, pages, room, register="yes")
    for one in (alice, bob):
        await one.sees_people("alice", "bob", "chair")
        await one.sees_lines(("chair", "before them"))
    await alice.type("Grüße from alice")
    await bob.see("Grüße from alice")
    await bob.type("and from bob")
    await alice.see("and from bob")
    await bob.type("/nick robert")
    for one in (alice, bob):
        await one.sees_people("alice", "chair", "robert")
    await bob.type("a new name")
    await chair.hears("a new name")
    for one in (alice, bob):
        await one.picture("talk")
    said = [("chair", "before them"), ("alice", "Grüße from alice"),
            ("robert", "and from bob"), ("robert", "a new name")]
    for one in (alice, bob):
        await one.sees_lines(*said)


async def test_converse_shows_each_line_once_after_a_reload(
        people, pages, room):
    chair, alice, bob = await open_pages(people, pages, room)
    await alice.type("from alice")
    await bob.see("from alice")
    await alice.close_page()
    await chair.sees_presence("alice", "unavailable")
    await bob.sees_people("bob", "chair")
    await bob.type("while she was away")
    await chair.hears("while she was away")
    await alice.open()
    await bob.type("when she was back")
    said = [("chair", "before them"), ("alice", "from alice"),
            ("bob", "while she was away"), ("bob", "when she was back")]
    await alice.see("when she was back")
    await alice.picture("back")
    await alice.sees_lines(*said)
    await alice.sees_people("alice", "bob", "chair")


async def test_converse_reads_the_archive(people, pages, room):
    """It wants no history of the join, and pages through the archive; a line
    that was taken back is not shown."""
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    for number in range(3):
        chair.say("line %d" % number)
    gone = await chair.hears("line 1")
    await chair.hears("line 2")
    answer = await chair.user.ask(
        room, "<moderate xmlns='urn:xmpp:message-moderate:1' id='%s'>"
        "<retract xmlns='urn:xmpp:message-retract:1'/></moderate>"
        % gone.stanza_id, "set")
    assert answer.get("type") == "result", condition(answer)
    alice = await pages("alice@home1.test", "alice")
    await alice.see("line 2")
    await alice.picture("archive")
    text = await alice.do(alice.driver.execute_script, "return " + TEXT)
    assert "line 0" in text and "line 1" not in text
    stanzas = "\n".join(alice.console())
    assert "urn:xmpp:mam:2" in stanzas and "maxstanzas=\\\"0" in stanzas


async def test_converse_shows_a_kick(people, pages, room):
    chair, alice, bob = await open_pages(people, pages, room)
    await alice.sees_people("alice", "bob", "chair")
    answer = await chair.user.ask(
        room, "<query xmlns='%s'><item nick='bob' role='none'>"
        "<reason>enough</reason></item></query>" % ADMIN, "set")
    assert answer.get("type") == "result", condition(answer)
    await alice.see("bob has been kicked out by chair")
    await alice.sees_people("alice", "chair")
    await alice.picture("kick")
    await bob.see("You have been kicked from this groupchat")
    await bob.see("enough")
    await bob.picture("kicked")
