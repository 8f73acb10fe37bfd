# SPDX-License-Identifier: MIT
"""A host of pages and the record that it shows: what people said, as stanzas."""

import calendar
import hashlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from xml.sax.saxutils import escape, quoteattr

PAGES_HOST = os.environ.get("PAGES_HOST", "build/tests/web/pages_host")
DOMAIN = "rooms.example"
REPLY = "urn:xmpp:reply:0"
FALLBACK = "urn:xmpp:fallback:0"
CAME, WENT, RENAMED, KICKED, BANNED, REMOVED = range(6)


def at(day, clock="12:00:00"):
    """ms since epoch of a moment of UTC."""
    parsed = time.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M:%S")
    return calendar.timegm(parsed) * 1000


def today(now=None):
    return time.strftime("%Y-%m-%d", time.gmtime(now))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Host:
    """The pages of a folder's record."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.process = subprocess.Popen(
            [PAGES_HOST, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = None
        self.said = 0

    def tell(self, op, **values):
        values = {k: v for k, v in values.items() if v is not None}
        self.process.stdin.write(json.dumps({"op": op, **values}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer, "pages_host ended"
        return answer

    def serve(self, **values):
        self.ports = [int(p) for p in self.tell("serve", **values).split()]
        self.port = self.ports[0]

    def close(self):
        self.process.stdin.close()
        try:
            code = self.process.wait(60)
        finally:
            self.process.kill()
        assert code == 0

    # ---- what is on the record ----

    def line(self, room, when, nick, payload, body=None, sent_id=None,
             lang=None, line_id=None, **values):
        """A stanza of nick with that payload; returns its stanza-id."""
        self.said += 1
        line_id = line_id or f"line{self.said:022d}"
        sent_id = sent_id or f"sent-{self.said}"
        occupant = hashlib.sha256(f"{room}{nick}".encode()).hexdigest()
        address = f"{room}@{DOMAIN}"
        # the parser knows no bound prefix but xml
        language = f" xml:lang={quoteattr(lang)}" if lang else ""
        stanza = (f"<message type='groupchat' id={quoteattr(sent_id)}{language}"
                  f" from={quoteattr(address + '/' + nick)}>{payload}"
                  f"<stanza-id xmlns='urn:xmpp:sid:0' id='{line_id}'"
                  f" by={quoteattr(address)}/></message>")
        self.tell("message", room=address, at=when, id=line_id, nick=nick,
                  jid=f"{nick.encode().hex()}@home.example",
                  occupant_id=occupant, stanza=stanza, body=body, **values)
        return line_id

    def say(self, room, when, nick, text, more="", **values):
        return self.line(room, when, nick,
                         f"<body>{escape(text)}</body>{more}", body=text,
                         **values)

    def correct(self, room, when, nick, text, sent_id, **values):
        return self.say(room, when, nick, text,
                        "<replace xmlns='urn:xmpp:message-correct:0'"
                        f" id={quoteattr(sent_id)}/>", **values)

    def react(self, room, when, nick, line_id, *emoji):
        inner = "".join(f"<reaction>{e}</reaction>" for e in emoji)
        return self.line(room, when, nick,
                         f"<reactions xmlns='urn:xmpp:reactions:0'"
                         f" id='{line_id}'>{inner}</reactions>")

    def reply(self, room, when, nick, text, line_id, quoted=None, **values):
        fallback = ""
        if quoted:
            quotation = f"> {quoted}\n"
            fallback = (f"<fallback xmlns='{FALLBACK}' for='{REPLY}'>"
                        f"<body start='0' end='{len(quotation)}'/></fallback>")
            text = quotation + text
        return self.say(room, when, nick, text,
                        f"<reply xmlns='{REPLY}' id={quoteattr(line_id)}/>"
                        + fallback, **values)

    def subject(self, room, when, nick, text):
        return self.line(room, when, nick,
                         f"<subject>{escape(text)}</subject>", is_subject=True)

    def take_back(self, room, when, nick, line_id, reason=None, moderated=True):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when / 1000))
        inner = ""
        if moderated:
            inner = ("<moderated xmlns='urn:xmpp:message-moderate:1'"
                     f" by='{room}@{DOMAIN}/boss'/>")
            if reason:
                inner += f"<reason>{escape(reason)}</reason>"
        address = f"{room}@{DOMAIN}"
        stanza = (f"<message type='groupchat' from={quoteattr(address + '/' + nick)}>"
                  f"<retracted xmlns='urn:xmpp:message-retract:1' id='x'"
                  f" stamp='{stamp}'>{inner}</retracted></message>")
        self.tell("retraction", room=address, at=when, id=line_id,
                  stanza=stanza, by="boss@home.example", reason=reason)

    def presence(self, room, when, move, nick, **values):
        self.tell("presence", room=f"{room}@{DOMAIN}", at=when, move=move,
                  nick=nick, **values)

    def gap(self, room, start, until, domain=None):
        values = {"room": f"{room}@{DOMAIN}"} if room else {}
        self.tell("gap", at=until, domain=domain, **{"from": start},
                  until=until, **values)

    def group(self, acronym, name, area, **values):
        self.tell("group", room=f"{acronym}@{DOMAIN}", at=1000,
                  key=f"={acronym}", acronym=acronym, name=name, area=area,
                  **values)

    def meeting(self, room, name, state, title=None, when=None, **values):
        """A session: "planned", "open", "ended", "cancelled"."""
        states = ["planned", "open", "ended", "cancelled"]
        self.tell("meeting", room=f"{room}@{DOMAIN}", name=name, title=title,
                  at=when or 1000, state=states.index(state), **values)

    def note(self, room, meeting, when, kind, **values):
        self.said += 1
        self.tell("note", room=f"{room}@{DOMAIN}", meeting=meeting, at=when,
                  kind=kind, id=f"note{self.said:022d}", **values)

    def caption(self, room, nick, text):
        """What somebody types at this moment."""
        self.tell("caption", room=f"{room}@{DOMAIN}", nick=nick, text=text)

    def site(self, *rooms):
        self.tell("site", at=int(time.time() * 1000),
                  rooms=[{"jid": f"{room['local']}@{DOMAIN}", **room}
                         for room in rooms])

    # ---- asking ----

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, path, method="GET", **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        request = urllib.request.Request(self.url + path, method=method,
                                         headers=headers)
        opener = urllib.request.build_opener(NoRedirects)
        try:
            with opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, answer.headers, answer.read())
