# SPDX-License-Identifier: MIT
"""Commands (XEP-0050) as slixmpp's plugin runs them, through home servers."""

import asyncio
import json

import pytest

from harness.user import PATIENCE, condition
from harness.world import HALLWAY, OPERATOR, ROOMS

COMMANDS = "{http://jabber.org/protocol/commands}"
FORM = "{jabber:x:data}"


class Dialog:
    """A command dialog, as a client with slixmpp shows it."""

    def __init__(self, user, jid, node):
        user.register_plugin("xep_0050")
        self.plugin = user["xep_0050"]
        self.jid, self.node = jid, node
        self.session = {"next": self._came, "error": self._came}
        self._answer = None

    def _came(self, iq, session):
        self.session = session
        if iq["type"] == "error":     # else the next error is taken for it
            self.plugin.terminate_command(session)
        if not self._answer.done():
            self._answer.set_result(iq)

    async def _wait(self):
        return await asyncio.wait_for(self._answer, PATIENCE)

    async def start(self):
        self._answer = asyncio.get_running_loop().create_future()
        self.plugin.start_command(self.jid, self.node, self.session)
        return await self._wait()

    async def complete(self, iq, **values):
        """Fill the form of that answer in, and send it."""
        form = iq["command"]["form"]
        form["type"] = "submit"
        for name, value in values.items():
            fields = form.get_fields()
            assert name in fields, "no field %s in %s" % (name, list(fields))
            fields[name]["value"] = value
        self.session["payload"] = form
        self._answer = asyncio.get_running_loop().create_future()
        self.plugin.complete_command(self.session)
        return await self._wait()

    async def cancel(self):
        self._answer = asyncio.get_running_loop().create_future()
        self.plugin.cancel_command(self.session)
        return await self._wait()


async def nodes(user, jid):
    user.register_plugin("xep_0050")
    answer = await user["xep_0050"].get_commands(jid, timeout=PATIENCE)
    return {item[1] for item in answer["disco_items"]["items"]}


def notes(iq):
    return [(note.get("type"), note.text)
            for note in iq.xml.iter(COMMANDS + "note")]


def rows(iq):
    """The result's table as a list of dicts."""
    return [{field.get("var"): field.findtext(FORM + "value")
             for field in item.iter(FORM + "field")}
            for item in iq.xml.iter(FORM + "item")]


async def test_an_operator_makes_a_room_and_ends_it(people, host):
    frank = await people.login(OPERATOR)
    offered = await nodes(frank, ROOMS)
    assert {"rooms-create", "rooms-list", "s2s-list",
            "http://jabber.org/protocol/admin#announce"} <= offered
    dialog = Dialog(frank, ROOMS, "rooms-create")
    form = await dialog.start()
    assert form["command"]["status"] == "executing"
    assert form["command"]["form"].get_fields()["room"]["required"]
    done = await dialog.complete(form, room="tea", name="Tea & cakes")
    assert done["command"]["status"] == "completed", done
    listed = await Dialog(frank, ROOMS, "rooms-list").start()
    if listed["command"]["status"] == "executing":
        dialog = Dialog(frank, ROOMS, "rooms-list")
        listed = await dialog.complete(await dialog.start())
    assert "Tea & cakes" in [row["name"] for row in rows(listed)]
    # the same again fails, and is told in words
    dialog = Dialog(frank, ROOMS, "rooms-create")
    done = await dialog.complete(await dialog.start(), room="tea")
    assert done["command"]["status"] == "completed"
    assert [kind for kind, _ in notes(done)] == ["error"]
    # a form that is thrown away
    dialog = Dialog(frank, ROOMS, "http://jabber.org/protocol/admin#announce")
    await dialog.start()
    ended = await dialog.cancel()
    assert ended["command"]["status"] == "canceled"
    # what is no JID keeps the form open
    dialog = Dialog(frank, "tea@" + ROOMS, "people-set")
    form = await dialog.start()
    refused = await dialog.complete(form, jid="tea@tea@tea",
                                    affiliation="member")
    assert refused["type"] == "error"
    assert refused.xml.find(".//" + COMMANDS + "bad-payload") is not None
    done = await dialog.complete(form, jid="alice@home1.test",
                                 affiliation="member")
    assert done["command"]["status"] == "completed"


async def test_a_command_that_takes_time_is_answered(people, host):
    frank = await people.login(OPERATOR)
    dialog = Dialog(frank, ROOMS, "s2s-check")
    done = await dialog.complete(await dialog.start(), domain="home2.test")
    assert done["command"]["status"] == "completed", done
    assert len(rows(done)) > 2


async def test_what_is_told_of_an_outage(people, host):
    told = host.folder / "status.json"
    host.terminate()
    host.configure(extra="outage_file: %s\n" % told)
    host.start()
    frank = await people.login(OPERATOR)
    visit = await frank.join(HALLWAY, "frank")
    dialog = Dialog(frank, ROOMS, "outage-set")
    form = await dialog.start()
    refused = await dialog.complete(form, text="New disk", begin="tomorrow")
    assert refused.xml.find(".//" + COMMANDS + "bad-payload") is not None
    assert not told.exists()
    done = await dialog.complete(form, text="New disk", announce=True,
                                 begin="2026-03-10T12:00:00Z")
    assert done["command"]["status"] == "completed", done
    await visit.hears("New disk")
    assert json.loads(told.read_text()) == {
        "planned": True, "beginning": "2026-03-10T12:00:00.000Z",
        "message": {"default": "New disk", "en": "New disk"}}
    host.ctl("outage", "over")
    assert json.loads(told.read_text()) == {}


async def test_strangers_are_offered_nothing_of_it(people, host):
    alice = await people.login("alice@home1.test")
    assert not {"rooms-create", "s2s-list", "stop"} & await nodes(alice, ROOMS)
    for node in ("rooms-create", "stop", "s2s-list",
                 "http://jabber.org/protocol/admin#shutdown"):
        refused = await Dialog(alice, ROOMS, node).start()
        assert condition(refused.xml) == ("cancel", "forbidden")
    refused = await Dialog(alice, HALLWAY, "configure").start()
    assert condition(refused.xml) == ("cancel", "forbidden")


async def test_an_operator_without_a_certificate_is_told_why(people, host):
    host.terminate()
    host.configure(operator_proof="certificate")
    host.start()
    frank = await people.login(OPERATOR)
    refused = await Dialog(frank, ROOMS, "rooms-create").start()
    assert condition(refused.xml) == ("cancel", "forbidden")
    assert "certificate" in "".join(refused.xml.itertext())
    assert "rooms-create" not in await nodes(frank, ROOMS)


@pytest.mark.parametrize("jid", ["alice@home1.test", "bob@home2.test"])
async def test_hats_are_made_given_and_seen(people, host, jid):
    """XEP-0317's own commands, from a chair's client."""
    user = await people.login(jid)
    host.ctl("hats", "give", HALLWAY, jid, "chair")
    carol = await people.login("carol@home1.test")
    watch = await carol.join(HALLWAY, "carol")
    await user.join(HALLWAY, "boss")
    dialog = Dialog(user, HALLWAY, "urn:xmpp:hats:commands:create")
    done = await dialog.complete(
        await dialog.start(), **{"hats#title": "Presenter",
                                 "hats#uri": "https://x.test/hats#presenter",
                                 "hats#hue": "327.255249"})
    assert done["command"]["status"] == "completed", done
    dialog = Dialog(user, HALLWAY, "urn:xmpp:hats:commands:assign")
    form = await dialog.start()
    done = await dialog.complete(
        form, **{"hats#jid": "carol@home1.test",
                 "hats#uri": "https://x.test/hats#presenter"})
    assert done["command"]["status"] == "completed", done
    seen = await user.see(
        lambda s: s.get("from") == HALLWAY + "/carol"
        and s.find("{urn:xmpp:hats:0}hats") is not None)
    hat = seen.find("{urn:xmpp:hats:0}hats/{urn:xmpp:hats:0}hat")
    assert hat.get("title") == "Presenter"
    assert hat.get("hue") == "327.255249"
    listed = await Dialog(user, HALLWAY,
                          "urn:xmpp:hats:commands:list-assigned").start()
    assert {row["hats#jid"] for row in rows(listed)} == {jid,
                                                        "carol@home1.test"}
    watch.say("hello")
    await watch.hears("hello")
    # what is worn outlives the daemon, and so does what there is to wear
    host.terminate()
    host.start()
    dave = await people.login("dave@home1.test")
    await dave.join(HALLWAY, "dave")
    seen = await dave.see(lambda s: s.get("from") == HALLWAY + "/carol")
    hat = seen.find("{urn:xmpp:hats:0}hats/{urn:xmpp:hats:0}hat")
    assert hat.get("hue") == "327.255249"
