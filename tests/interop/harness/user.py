# SPDX-License-Identifier: MIT
"""user: somebody with an account on a home server, and their visits to rooms.

A User keeps every stanza that arrives, in order; everything that a test
asks is asked of that list. What is sent is written out in full, so that the
test decides each byte and not the library.
"""

import asyncio
import copy
import itertools
import logging
from xml.sax.saxutils import escape, quoteattr

logging.getLogger("slixmpp").setLevel(logging.ERROR)
import slixmpp  # noqa: E402  (it warns at import)

CLIENT = "{jabber:client}"
MUC = "http://jabber.org/protocol/muc"
MUC_USER = "{http://jabber.org/protocol/muc#user}"
SID = "{urn:xmpp:sid:0}"
DELAY = "{urn:xmpp:delay}"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
PATIENCE = 60
LOGIN_PATIENCE = 120    # about the machine: home servers are slow under load

_numbers = itertools.count(1)


def new_id(stem="t"):
    """An id that no other stanza of this run has."""
    return "%s-%d" % (stem, next(_numbers))


def codes(presence):
    """The set of status codes of a presence or message."""
    return {int(s.get("code")) for s in presence.iter(MUC_USER + "status")}


def condition(stanza):
    """(type, condition) of an error stanza, or None."""
    error = stanza.find(CLIENT + "error")
    if stanza.get("type") != "error" or error is None:
        return None
    for child in error:
        if child.tag.startswith(STANZAS) and not child.tag.endswith("}text"):
            return error.get("type"), child.tag[len(STANZAS):]
    return error.get("type"), None


class Line:
    """One line of a room as a client saw it."""

    def __init__(self, stanza):
        self.stanza = stanza
        self.room, _, self.nick = stanza.get("from").partition("/")
        self.body = stanza.findtext(CLIENT + "body")
        self.id = stanza.get("id")
        names = [s for s in stanza.iter(SID + "stanza-id")
                 if s.get("by") == self.room]
        self.stanza_ids = [s.get("id") for s in names]
        self.delay = stanza.find(DELAY + "delay")

    @property
    def stanza_id(self):
        """The room's name for the line; a line has exactly one."""
        assert len(self.stanza_ids) == 1, (
            "%r has stanza-ids %r" % (self.body, self.stanza_ids))
        return self.stanza_ids[0]

    def __repr__(self):
        return "<%s> %s" % (self.nick, self.body)


class User(slixmpp.ClientXMPP):
    """One logged-in client."""

    def __init__(self, jid, password, resource):
        super().__init__("%s/%s" % (jid, resource), password,
                         sasl_mech="PLAIN")
        self["feature_mechanisms"].unencrypted_plain = True
        self.bare = jid
        self.seen = []
        self._waiting = []
        self.add_filter("in", self._keep)

    @property
    def full(self):
        return self.boundjid.full

    def _keep(self, stanza):
        self.seen.append(copy.deepcopy(stanza.xml))
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
        return stanza

    async def login(self, address):
        up = asyncio.ensure_future(self.wait_until(
            "session_start", LOGIN_PATIENCE))
        self.connect(address=address, force_starttls=False,
                     disable_starttls=True)
        await up
        self.send_raw("<presence/>")

    async def logout(self):
        """Log out; rooms hear of it from the home server."""
        if self.transport is None:
            return
        self.send_raw("<presence type='unavailable'/>")
        await self.disconnect(wait=PATIENCE)

    def send_text(self, text):
        """Send these bytes."""
        self.send_raw(text)

    def forget(self):
        """What arrived so far no longer counts."""
        self.seen.clear()

    async def see(self, wanted, start=0, timeout=PATIENCE, what=None):
        """The first stanza from number `start` on that `wanted` accepts."""
        deadline = asyncio.get_running_loop().time() + timeout
        place = start
        while True:
            while place < len(self.seen):
                if wanted(self.seen[place]):
                    return self.seen[place]
                place += 1
            await self._news(deadline, what or "what it waited for", start)

    async def until(self, done, timeout=PATIENCE, what=None):
        """Wait until `done()` holds, asking again after each stanza."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not done():
            await self._news(deadline, what or "what it waited for", 0)

    async def _news(self, deadline, what, start):
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        left = deadline - asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(future, max(0, left))
        except asyncio.TimeoutError:
            raise AssertionError("%s did not see %s; it saw:\n%s" % (
                self.full, what, self.story(start))) from None

    def story(self, start=0):
        return "\n".join("    " + show(s) for s in self.seen[start:][-40:])

    async def ask(self, to, payload, kind="get", timeout=PATIENCE):
        """Send an IQ and wait for its answer."""
        name = new_id("iq")
        self.send_raw("<iq to=%s type='%s' id='%s'>%s</iq>" % (
            quoteattr(to), kind, name, payload))
        return await self.see(
            lambda s: s.tag == CLIENT + "iq" and s.get("id") == name
            and s.get("from") == to and s.get("type") in ("result", "error"),
            timeout=timeout, what="an answer of %s to %s" % (to, payload))

    async def ping(self, to):
        return await self.ask(to, "<ping xmlns='urn:xmpp:ping'/>")

    async def join(self, room, nick, history=None):
        """Enter a room; answers the Visit once the subject has come."""
        visit = Visit(self, room, nick)
        await visit.enter(history)
        return visit

    async def try_join(self, room, nick):
        """Ask to enter where that will be refused; answers the error."""
        start = len(self.seen)
        to = "%s/%s" % (room, nick) if nick is not None else room
        self.send_raw(join_presence(to))
        return await self.see(
            lambda s: s.tag == CLIENT + "presence"
            and s.get("type") == "error" and s.get("from") == to, start,
            what="an error for joining as " + to)


def show(stanza):
    """A stanza in short, for a failing test."""
    from xml.etree import ElementTree
    text = ElementTree.tostring(stanza, encoding="unicode")
    return text if len(text) < 700 else text[:700] + " ..."


def join_presence(to, history=None):
    inner = "" if history is None else "<history %s/>" % " ".join(
        "%s=%s" % (key, quoteattr(str(value)))
        for key, value in history.items())
    return "<presence to=%s id='%s'><x xmlns='%s'>%s</x></presence>" % (
        quoteattr(to), new_id("join"), MUC, inner)


class Visit:
    """A user's stay in one room, from the join on."""

    def __init__(self, user, room, nick):
        self.user = user
        self.room = room
        self.nick = nick
        self.start = len(user.seen)
        self.subject = None

    @property
    def address(self):
        return "%s/%s" % (self.room, self.nick)

    async def enter(self, history=None):
        self.start = len(self.user.seen)
        self.user.send_raw(join_presence(self.address, history))
        self.subject = await self.user.see(
            lambda s: self._is_subject(s) or self._is_refusal(s), self.start,
            what="the subject of " + self.room)
        refusal = condition(self.subject)
        assert refusal is None, "joining %s: %s" % (self.address, refusal)

    def _is_subject(self, stanza):
        return (stanza.tag == CLIENT + "message"
                and stanza.get("type") == "groupchat"
                and stanza.get("from", "").split("/")[0] == self.room
                and stanza.find(CLIENT + "subject") is not None
                and stanza.find(CLIENT + "body") is None)

    def _is_refusal(self, stanza):
        return (stanza.tag == CLIENT + "presence"
                and stanza.get("type") == "error"
                and stanza.get("from", "").split("/")[0] == self.room)

    def seen(self):
        """All stanzas from this room since the join."""
        return [s for s in self.user.seen[self.start:]
                if s.get("from", "").split("/")[0] == self.room]

    def presences(self):
        return [s for s in self.seen() if s.tag == CLIENT + "presence"]

    def lines(self):
        """History and live lines, in the order they came."""
        return [Line(s) for s in self.seen()
                if s.tag == CLIENT + "message"
                and s.get("type") == "groupchat"
                and s.find(CLIENT + "body") is not None]

    def bodies(self):
        return [line.body for line in self.lines()]

    def record(self):
        """[(stanza-id, nick, body)] as this user saw it."""
        return [(line.stanza_id, line.nick, line.body)
                for line in self.lines()]

    def say(self, body, stanza_id=None):
        """Say a line; answers the id it was sent with."""
        name = stanza_id or new_id("say")
        self.user.send_raw(
            "<message to=%s type='groupchat' id=%s><body>%s</body></message>"
            % (quoteattr(self.room), quoteattr(name), escape(body)))
        return name

    async def hears(self, body, timeout=PATIENCE):
        """Wait for a line with this body; answers it."""
        await self.user.until(lambda: body in self.bodies(), timeout,
                              "the line %r" % body)
        return next(line for line in self.lines() if line.body == body)

    async def hears_all(self, wanted, timeout=PATIENCE):
        """Wait until every body of `wanted` has been heard."""
        wanted = set(wanted)
        await self.user.until(
            lambda: wanted <= set(self.bodies()), timeout,
            "%d lines" % len(wanted))

    async def sees_presence(self, nick, kind=None, start=None,
                            timeout=PATIENCE):
        """Wait for a presence of an occupant, of this type."""
        address = "%s/%s" % (self.room, nick)
        return await self.user.see(
            lambda s: s.tag == CLIENT + "presence"
            and s.get("from") == address and s.get("type") == kind,
            self.start if start is None else start, timeout,
            "presence %s of %s" % (kind or "available", address))

    async def change_nick(self, nick):
        """Ask for another nick; answers (unavailable, available)."""
        start, old = len(self.user.seen), self.nick
        self.user.send_raw("<presence to=%s/>"
                           % quoteattr("%s/%s" % (self.room, nick)))
        gone = await self.sees_presence(old, "unavailable", start)
        here = await self.sees_presence(nick, None, start)
        self.nick = nick
        return gone, here

    async def leave(self):
        """Leave; answers our own unavailable presence."""
        start = len(self.user.seen)
        self.user.send_raw("<presence to=%s type='unavailable'/>"
                           % quoteattr(self.address))
        return await self.sees_presence(self.nick, "unavailable", start)
