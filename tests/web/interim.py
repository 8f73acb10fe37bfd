# SPDX-License-Identifier: MIT
"""An interim meeting on the record, as the room writes it down."""

from record import at

ROOM = "dnsop"
NAME = "2015-11-20-1400"
DAY = "2015-11-20"
OPEN = "2015-11-21-0900"
PLANNED = "2031-01-15-1500"
CANCELLED = "2031-01-16-1500"


def moment(clock):
    return at(DAY, clock)


class Interim:
    """Says and notes; ids of lines by what they are."""

    def __init__(self, host):
        self.host, self.ids = host, {}

    def say(self, clock, nick, said, kind=None, key=None, **note):
        line = self.host.say(ROOM, moment(clock), nick, said)
        self.ids[key or said] = line
        if kind:
            self.note(clock, kind, line=line, nick=nick, **note)
        return line

    def note(self, clock, kind, **values):
        self.host.note(ROOM, NAME, moment(clock), kind, **values)


def hold(host):
    """A session with everything; ended. Returns the ids of its lines."""
    m = Interim(host)
    host.say(ROOM, moment("13:50:00"), "alice", "too early to count")
    host.meeting(ROOM, NAME, "planned", "Interim & more", planned=moment("14:00:00"),
                 planned_end=moment("15:00:00"), uid="interim-1@ietf.example",
                 agenda="https://example.org/agenda?x=1&y=2")
    opened = {"planned": moment("14:00:00"), "planned_end": moment("15:00:00"),
              "uid": "interim-1@ietf.example", "started": moment("14:00:00"),
              "agenda": "https://example.org/agenda?x=1&y=2"}
    host.meeting(ROOM, NAME, "open", "Interim & more", **opened)
    for person in ("alice", "bob", "carol"):
        m.note("14:00:00", "came", jid=f"{person}@home.example", person=person)
    m.say("14:00:00", "room", "The meeting begins.", "started", key="start")
    m.say("14:01:00", "alice", "scribe+ bob", "scribe", person="bob", number=1)
    m.say("14:02:00", "bob", "present+ Bob Builder, Example Org", "present",
          person="Bob Builder", text="Example Org")
    m.say("14:03:00", "bob", "topic: Glue *records*", "topic", key="topic1",
          text="Glue *records*")
    m.say("14:04:00", "bob", "Alice: the draft is redy", "said", key="said",
          person="Alice", text="the draft is redy")
    m.say("14:04:10", "bob", "... for last call", "said", text="for last call")
    m.say("14:04:20", "bob", "s/redy/ready/", "edit", text="redy",
          other_text="ready")
    m.say("14:05:00", "carol", "MIC: does it scale <b>?", "mic", key="mic1",
          person="carol", text="does it scale <b>?", number=1)
    m.say("14:06:00", "bob", "mic 1 done", "mic-done", number=1)
    m.say("14:06:30", "carol", "MIC: and who pays?", "mic", key="mic2",
          person="carol", text="and who pays?", number=2)
    m.say("14:07:00", "alice", "q+", "queue", key="queue", person="alice")
    m.say("14:08:00", "bob", "action: alice to ship it", "action",
          key="action", text="alice to ship it")
    m.say("14:09:00", "bob", "action: a slip of the pen", "action",
          key="slip", text="a slip of the pen")
    m.say("14:09:10", "bob", "#undo", "undo", other_text=m.ids["slip"])
    m.say("14:10:00", "bob", "topic: Next steps", "topic", key="topic2",
          text="Next steps")
    m.say("14:11:00", "room", "Show of hands (not a vote): adopt?", "hands",
          key="hands", text="adopt?", number=1)
    m.note("14:11:10", "hand", jid="alice@home.example", number=1, other=1)
    m.say("14:12:00", "room", "Show of hands: adopt? -- 2 raised a hand",
          "hands-end", key="counts", number=1, text="2 raised a hand",
          other_text=f"2 1 0 3 {moment('14:11:00')} {moment('14:12:00')}")
    m.say("14:13:00", "bob", "resolution: adopt the draft", "decision",
          key="decision", text="adopt the draft")
    m.say("14:14:00", "bob", "info: a secret slipped out", "info",
          key="secret", text="a secret slipped out")
    host.take_back(ROOM, moment("14:14:30"), "bob", m.ids["secret"],
                   reason="personal data")
    host.meeting(ROOM, NAME, "ended", "Interim & more",
                 ended=moment("14:15:00"), **opened)
    host.say(ROOM, moment("14:20:00"), "alice", "too late to count")
    return m.ids


def plan(host):
    """Sessions that are to be, one that is not, one that nobody may see."""
    host.meeting(ROOM, PLANNED, "planned", "A plan; with, signs \\ and "
                 "words enough that its line has to be folded: Übergröße "
                 "für alle", planned=at("2031-01-15", "15:00:00"),
                 planned_end=at("2031-01-15", "16:00:00"),
                 uid="plan-1@ietf.example", when=at("2026-01-02"))
    host.meeting(ROOM, CANCELLED, "cancelled", "Called off",
                 planned=at("2031-01-16", "15:00:00"), when=at("2026-01-03"))
    host.meeting(ROOM, "2031-01-17-1500", "planned", "Behind closed doors",
                 planned=at("2031-01-17", "15:00:00"), is_public=False)
