# SPDX-License-Identifier: MIT
"""Sessions of the rooms: the calendar, and what other programs get of it."""

import datetime
import xml.etree.ElementTree

import icalendar
import pytest

from interim import CANCELLED, NAME, PLANNED, ROOM, hold, moment, plan
from record import Host
from test_session import text_of

ATOM = "{http://www.w3.org/2005/Atom}"
UTC = datetime.timezone.utc


@pytest.fixture(scope="module")
def interim(tmp_path_factory):
    host = Host(tmp_path_factory.mktemp("calendar"))
    host.serve()
    host.site({"local": ROOM, "name": "DNS Operations", "occupants": 3},
              {"local": "quiet", "name": "Nothing here"})
    ids = hold(host)
    plan(host)
    yield host, ids
    host.close()


def test_the_calendar_lists_sessions_of_all_rooms(interim):
    host, _ = interim
    page = host.get("/-/calendar")
    text = text_of(page.text)
    coming, over = text.index("Coming sessions"), text.index("that are over")
    assert coming < text.index("2031-01-15 15:00 A plan") < over
    assert over < text.index("2015-11-20 14:00 Interim & more, DNS Operations")
    assert "Called off, DNS Operations cancelled" in text
    assert "closed doors" not in text
    assert f"/{ROOM}/meeting/{NAME}/" in page.text
    assert "2031-01-15 16:00 A plan" in text_of(
        host.get("/-/calendar?tz=Europe/Madrid").text)


def test_a_room_lists_its_own(interim):
    host, _ = interim
    assert "Interim & more" in text_of(host.get(f"/{ROOM}/").text)
    assert "Sessions" not in text_of(host.get("/quiet/").text)


@pytest.mark.parametrize("path", ["/-/calendar.ics", f"/{ROOM}/calendar.ics"])
def test_programs_read_the_calendar(interim, path):
    host, _ = interim
    answer = host.get(path)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.body.split(b"\r\n")
    assert lines[-1] == b"" and not any(b"\n" in line for line in lines)
    assert max(len(line) for line in lines) == 75
    events = {str(e["UID"]): e for e in
              icalendar.Calendar.from_ical(answer.body).walk("VEVENT")}
    assert set(events) == {"interim-1@ietf.example", "plan-1@ietf.example",
                           f"{CANCELLED}.{ROOM}@rooms.example"}
    held = events["interim-1@ietf.example"]
    assert held["DTSTART"].dt == datetime.datetime(2015, 11, 20, 14, tzinfo=UTC)
    assert held["DTEND"].dt == datetime.datetime(2015, 11, 20, 14, 15,
                                                 tzinfo=UTC)
    assert held["URL"] == f"https://rooms.example/{ROOM}/meeting/{NAME}/"
    planned = events["plan-1@ietf.example"]
    assert planned["SUMMARY"] == (
        "dnsop: A plan; with, signs \\ and words enough that its line has to "
        "be folded: Übergröße für alle")
    assert planned["STATUS"] == "CONFIRMED"
    off = events[f"{CANCELLED}.{ROOM}@rooms.example"]
    assert off["STATUS"] == "CANCELLED" and off["SEQUENCE"] > 0
    assert off["DTSTAMP"].dt == datetime.datetime(2026, 1, 3, 12, tzinfo=UTC)


def test_a_room_without_sessions_has_an_empty_calendar(interim):
    host, _ = interim
    calendar = icalendar.Calendar.from_ical(host.get("/quiet/calendar.ics").body)
    assert not calendar.walk("VEVENT")
    assert host.get("/nowhere/calendar.ics").status == 404


def test_decisions_and_actions_are_a_feed(interim):
    host, ids = interim
    answer = host.get("/-/decisions.atom")
    feed = xml.etree.ElementTree.fromstring(answer.body)
    titles = [e.find(ATOM + "title").text for e in feed.iter(ATOM + "entry")]
    assert titles == ["dnsop: the record of the session: Interim & more",
                      "dnsop: decision: adopt the draft",
                      "dnsop: action: alice to ship it"]
    links = [e.find(ATOM + "link").get("href")
             for e in feed.iter(ATOM + "entry")]
    assert links[:2] == [
        f"https://rooms.example/{ROOM}/meeting/{NAME}/",
        f"https://rooms.example/{ROOM}/m/{ids['decision']}"]
    host.take_back(ROOM, moment("17:00:00"), "bob", ids["decision"])
    assert "adopt the draft" not in host.get("/-/decisions.atom").text
