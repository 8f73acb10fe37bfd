#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""two_users: two users enter a room over federation and exchange a line.

usage: two_users.py HOST PORT ROOM JID PASSWORD JID PASSWORD

Exit status 0 when each has heard the other.
"""

import asyncio
import logging
import sys
import time

logging.basicConfig(level=logging.CRITICAL)
import slixmpp  # noqa: E402  (it warns at import)

PATIENCE = 30
CLIENT = "{jabber:client}"


class Visitor(slixmpp.ClientXMPP):
    """A user who goes to one room."""

    def __init__(self, jid, password, room):
        super().__init__(jid + "/quickstart", password)
        self.room = room
        self.nick = jid.partition("@")[0]
        self._entered = asyncio.Event()
        self._heard = asyncio.Queue()
        self._refusal = None
        self.add_filter("in", self._look_at)

    def _look_at(self, stanza):
        xml = stanza.xml
        if (xml.get("from") or "").split("/")[0] == self.room:
            if xml.get("type") == "error":
                self._refusal = stanza
                self._entered.set()
            elif xml.find(CLIENT + "body") is not None:
                self._heard.put_nowait((xml.get("from"), xml.findtext(
                    CLIENT + "body")))
            elif xml.find(CLIENT + "subject") is not None:
                self._entered.set()         # the subject ends a join
        return stanza

    async def arrive(self, address):
        up = asyncio.ensure_future(
            self.wait_until("session_start", PATIENCE))
        self.connect(address=address, force_starttls=False,
                     disable_starttls=True)
        await up
        self.send_raw("<presence/>")
        self.send_raw("<presence to='%s/%s'><x xmlns='http://jabber.org/"
                      "protocol/muc'><history maxstanzas='0'/></x>"
                      "</presence>" % (self.room, self.nick))
        await asyncio.wait_for(self._entered.wait(), PATIENCE)
        if self._refusal is not None:
            raise RuntimeError("the room refused: %s" % self._refusal)

    def say(self, body):
        self.send_message(mto=self.room, mbody=body, mtype="groupchat")

    async def hear(self, nick, body):
        wanted = ("%s/%s" % (self.room, nick), body)
        while await asyncio.wait_for(self._heard.get(), PATIENCE) != wanted:
            pass


async def main(host, port, room, *accounts):
    visitors = [Visitor(jid, password, room) for jid, password in
                zip(accounts[::2], accounts[1::2])]
    for visitor in visitors:
        await visitor.arrive((host, int(port)))
        print("  %s is in %s" % (visitor.boundjid.bare, room))
    for speaker, listener in (visitors, visitors[::-1]):
        body = "Hello %s, it is %s here." % (
            listener.nick, time.strftime("%H:%M:%S"))
        speaker.say(body)
        await listener.hear(speaker.nick, body)
        print("  %s heard from %s/%s: %s" % (
            listener.boundjid.bare, room, speaker.nick, body))
    for visitor in visitors:
        visitor.send_raw("<presence type='unavailable'/>")
        await visitor.disconnect()


if __name__ == "__main__":
    if len(sys.argv) != 8:
        sys.exit(__doc__)
    try:
        asyncio.get_event_loop_policy().get_event_loop().run_until_complete(
            asyncio.wait_for(main(*sys.argv[1:]), 3 * PATIENCE))
    except (asyncio.TimeoutError, RuntimeError) as error:
        sys.exit("  it did not work: %s" % (error or "nothing came in time"))
