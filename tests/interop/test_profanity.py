# SPDX-License-Identifier: MIT
"""profanity, as people use it at a terminal, in the hallway; home1 is its
home server."""

import re

import pytest

from harness.terminal import Terminal
from harness.world import OPERATOR, PASSWORD

ADMIN = "http://jabber.org/protocol/muc#admin"

# Nothing is kept on its disk: what a newcomer is shown comes from the room.
SETTINGS = """\
[ui]
splash=false
statuses.muc=all
[logging]
chlog=false
grlog=false
dblog=off
[notifications]
message=false
room=off
"""

ACCOUNT = """\
[{jid}]
enabled=true
jid={jid}
resource={resource}
password={password}
server={address}
port={port}
tls.policy=disable
presence.login=online
presence.last=online
"""


class Profanity(Terminal):
    """profanity, logging in to `jid`."""

    def __init__(self, folder, home, jid, resource):
        settings = folder / "config" / "profanity"
        data = folder / "data" / "profanity"
        settings.mkdir(parents=True)
        data.mkdir(parents=True)
        (settings / "profrc").write_text(SETTINGS)
        address, port = home.client_address
        (data / "accounts").write_text(ACCOUNT.format(
            jid=jid, resource=resource, password=PASSWORD, address=address,
            port=port))
        super().__init__(folder, ["profanity", "-a", jid], {
            "XDG_CONFIG_HOME": folder / "config",
            "XDG_DATA_HOME": folder / "data",
            "HOME": folder, "LC_ALL": "C.UTF-8"})

    async def join(self, room, nick):
        self.type("/join %s nick %s" % (room, nick))
        await self.see("You have joined the room as %s, role: participant"
                       % nick)

    async def sees_people(self, **wanted):
        """Wait until the panel beside the room lists exactly these."""
        await self.until(lambda screen: panel(screen) == wanted,
                         what="people %s" % wanted)


def panel(screen):
    """{heading: [nick]} of the list of occupants on a screen."""
    rows = screen.splitlines()
    column = max(row.find("Moderators") for row in rows)
    found = {}
    for row in rows[1:-2] if column > 0 else ():
        text = row[column:].rstrip()
        if text and not text.startswith(" "):
            nicks = found.setdefault(text, [])
        elif text and found:
            nicks.append(text.strip())
    return {heading: nicks for heading, nicks in found.items() if nicks}


def lines(screen):
    """What was said in the room, "nick: words" as they stand there."""
    return re.findall(r"^\d\d:\d\d:\d\d - (\S+: .*?)(?:  |$)", screen,
                      re.MULTILINE)


@pytest.fixture
def terminals(world, host, tmp_path):
    """Starts profanity users; they go before the host does."""
    started = []

    async def login(jid):
        number = len(started)
        one = Profanity(tmp_path / str(number), world.homes["home1.test"],
                        jid, "p%d" % number)
        started.append(one)
        await one.see("logged in successfully")
        return one

    yield login
    for one in started:
        one.close()


async def test_profanity_users_meet(people, terminals, room):
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    chair.say("before them")
    await chair.hears("before them")
    alice = await terminals("alice@home1.test")
    bob = await terminals("bob@home1.test")
    await alice.join(room, "alice")
    await alice.see("chair: before them")
    await bob.join(room, "bob")
    await alice.see("-> bob has joined the room")

    alice.type("Grüße from alice")
    await bob.see("alice: Grüße from alice")
    bob.type("/me waves")
    await alice.see(r"\*bob waves")
    bob.type("/nick robert")
    await alice.see(r"\*\* bob is now known as robert")
    for one in (alice, bob):
        await one.sees_people(Moderators=["chair"],
                              Participants=["alice", "robert"])
    bob.type("a new name")
    for one in (alice, bob):
        await one.see("robert: a new name")
        assert lines(one.screen()) == [
            "chair: before them", "alice: Grüße from alice",
            "robert: a new name"]


async def test_profanity_sees_a_kick(people, terminals, room):
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    alice = await terminals("alice@home1.test")
    bob = await terminals("bob@home1.test")
    await alice.join(room, "alice")
    await bob.join(room, "bob")
    bob.type("one")
    await alice.see("bob: one")
    answer = await chair.user.ask(
        room, "<query xmlns='%s'><item nick='bob' role='none'>"
        "<reason>enough</reason></item></query>" % ADMIN, "set")
    assert answer.get("type") == "result"
    await alice.see("<- bob has been kicked from the room by chair, "
                    "reason: enough")
    await alice.sees_people(Moderators=["chair"], Participants=["alice"])
    await bob.see("<- Kicked from %s by chair, reason: enough" % room)

    # the door is still open, and what was said is told once
    alice.type("two")
    await chair.hears("two")
    await bob.join(room, "bob")
    await bob.see("alice: two")
    alice.type("three")
    screen = await bob.see("alice: three")
    assert lines(screen) == ["bob: one", "alice: two", "alice: three"]


async def test_profanity_runs_commands(terminals, host, room):
    """One without fields, and one with a form. It has to be told nothing of
    this service; only its own server must know that there are commands."""
    frank = await terminals(OPERATOR)
    frank.type("/cmd list rooms.test")
    await frank.see("rooms-list")
    frank.type("/cmd exec people-list " + room)
    await frank.see("people-list completed")
    frank.type("/cmd exec rooms-create rooms.test")
    await frank.see(r"Form title: rooms create")
    await frank.see(r"\[field1\] Name \(required\):")
    frank.type("/field1 tea")
    await frank.see(r"\[field1\] Name \(required\): tea")
    frank.type("/form submit")
    await frank.see("rooms-create completed")
    assert "tea@rooms.test" in host.ctl("rooms", "list")
    # what a table says it reads in words
    frank.type("/cmd exec urn:xmpp:hats:commands:list tea@rooms.test")
    await frank.see("Scribe  urn:x-hallway:hat:scribe")
    frank.type("/cmd exec rooms-show tea@rooms.test")
    await frank.see("Address: tea@rooms.test")
