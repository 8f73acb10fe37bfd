# SPDX-License-Identifier: MIT
"""What the tests of the pages share: a host with a record that has of everything
something, and a browser."""

import pathlib
import sys
import time

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]

import machine  # noqa: E402
from record import BANNED, CAME, RENAMED, WENT, Host, at, today

DAY = "2015-11-20"
EMPTY = "2015-11-21"
NEXT = "2015-11-22"

# What some would have a page do. Each must come out as text.
ATTACKS = [
    "<script>window.broken = 1</script>",
    "\"><img src=x onerror='window.broken = 1'>",
    "'><svg onload=window.broken=1>",
    "</textarea></title></style><script>window.broken=1</script>",
    "<a href='javascript:window.broken=1' id=evil>press me</a>",
    "javascript:window.broken=1",
    "https://a.example/\"onmouseover=\"window.broken=1",
    "<iframe srcdoc='<script>parent.broken=1</script>'></iframe>",
    "{{constructor.constructor('window.broken=1')()}}",
    "<base href='//evil.example/'><meta http-equiv=refresh content='0;//e'>",
    "&lt;script&gt;window.broken=1&lt;/script&gt; &#x3c;b&#x3e;",
    "\u202egnp.exe \u2066isolated",
]


def pytest_runtest_setup():
    machine.one_day()


def write_talk(host):
    """The day that has of everything something."""
    room = "council"
    ids = {}
    host.presence(room, at(DAY, "09:59:00"), CAME, "ana")
    host.presence(room, at(DAY, "09:59:30"), CAME, "bo")
    ids["subject"] = host.subject(room, at(DAY, "10:00:00"), "ana",
                                  "Agenda: http://example.org/agenda")
    ids["first"] = host.say(room, at(DAY, "10:00:10"), "ana",
                            "Good morning, everybody. Shall we begin?",
                            hats="urn:xmpp:hats:chair\tChair", lang="en")
    ids["me"] = host.say(room, at(DAY, "10:00:20"), "bo", "/me waves")
    ids["typo"] = host.say(room, at(DAY, "10:01:00"), "bo",
                           "The dialbakc key is derived from both names",
                           sent_id="typo-1")
    ids["fixed"] = host.correct(room, at(DAY, "10:01:30"), "bo",
                                "The dialback key is derived from both names",
                                "typo-1")
    ids["forged"] = host.correct(room, at(DAY, "10:01:40"), "eve",
                                 "I would have you say this", "typo-1")
    ids["reply"] = host.reply(room, at(DAY, "10:02:00"), "ana",
                              "Yes, and from the stream's id.", ids["typo"],
                              quoted="The dialbakc key is derived")
    host.react(room, at(DAY, "10:02:10"), "bo", ids["reply"], "👍")
    host.react(room, at(DAY, "10:02:11"), "cy", ids["reply"], "👍", "🎉")
    host.react(room, at(DAY, "10:02:12"), "cy", ids["reply"], "👍")
    ids["french"] = host.say(room, at(DAY, "10:03:00"), "clé",
                             "Voilà un lien : https://example.org/a_(b).",
                             lang="fr")
    ids["arabic"] = host.say(room, at(DAY, "10:03:10"), "سلمى",
                             "مرحبا بكم في الغرفة!", lang="ar")
    thread = "<thread>budget-2027</thread>"
    ids["thread1"] = host.say(room, at(DAY, "10:04:00"), "ana",
                              "On the budget:", thread)
    ids["thread2"] = host.say(room, at(DAY, "10:04:30"), "bo",
                              "It is the same as last year's.", thread)
    ids["spam"] = host.say(room, at(DAY, "10:05:00"), "spammer",
                           "Buy my unspeakable pills")
    host.take_back(room, at(DAY, "10:06:00"), "spammer", ids["spam"],
                   reason="advertising")
    ids["sorry"] = host.say(room, at(DAY, "10:06:30"), "bo", "Oh no, wrong room")
    host.take_back(room, at(DAY, "10:07:00"), "bo", ids["sorry"],
                   moderated=False)
    ids["long"] = host.say(room, at(DAY, "10:08:00"), "ana",
                           "for (i = 0; i < 10; i++)\n\tprintf(\"%d\\n\", i);\n"
                           "\nand " + "averylongword" * 20)
    host.presence(room, at(DAY, "10:09:00"), RENAMED, "bo", other="bob")
    host.presence(room, at(DAY, "10:09:30"), BANNED, "spammer",
                  reason="advertising")
    host.gap(None, at(DAY, "14:02:00"), at(DAY, "14:09:00"), "example.org")
    ids["last"] = host.say(room, at(DAY, "23:30:00"), "ana",
                           "That is all for today.")
    host.presence(room, at(DAY, "23:31:00"), WENT, "ana")
    ids["next"] = host.say(room, at(NEXT, "08:00:00"), "ana",
                           "Yesterday nothing was said.")
    for i in range(120):
        host.say(room, at("2014-03-04", "12:00:00") + i * 1000, "bo",
                 f"needle number {i} in the haystack")
    return ids


def write_attacks(host):
    for i, attack in enumerate(ATTACKS):
        when = at(DAY, "11:00:00") + i * 1000
        host.say("attack", when, attack[:60], attack, hats=f"urn:x\t{attack}",
                 lang=attack[:20], sent_id=attack)
        host.subject("attack", when + 500, attack[:60], attack)
    spam = host.say("attack", at(DAY, "12:00:00"), "x", "y")
    host.take_back("attack", at(DAY, "12:01:00"), "x", spam, reason=ATTACKS[0])
    host.presence("attack", at(DAY, "12:02:00"), CAME, ATTACKS[1])
    host.reply("attack", at(DAY, "12:03:00"), "x", "hm", ATTACKS[1])


def write_record(host):
    ids = write_talk(host)
    write_attacks(host)
    host.say("members", at(DAY), "ana", "unspeakable secret", is_public=False)
    host.say("closed", at(DAY), "ana", "said in the open")
    host.say("closed", at(NEXT), "ana", "said behind the door", is_public=False)
    host.say("past", at("2008-01-02"), "old", "an old line")
    host.say("hushed", at(DAY), "ana", "not for robots")
    host.group("council", "The XMPP Council", "gov", state="active",
               charter="https://example.org/charter",
               list_email="council@lists.example",
               list_archive="https://lists.example/council/")
    host.group("past", "A Group of the Past", "ops", state="conclude")
    return ids


def site(*more):
    return [
        dict(local="attack", name=ATTACKS[0], description=ATTACKS[1],
             subject=ATTACKS[2], occupants=1),
        dict(local="closed", name="Closed Secret Name", is_on_web=False),
        dict(local="council", name="XMPP Council", lang="en",
             description="Where the council meets.\nSee https://example.org/.",
             subject="Agenda: http://example.org/agenda", occupants=3,
             said=at(NEXT, "08:00:00")),
        dict(local="hallway", name="Hallway"),
        dict(local="hushed", name="Hushed", is_noindex=True),
        dict(local="members", name="Members Only", is_on_web=False),
        dict(local="quiet", name="Quiet", occupants=0),
        *more,
    ]


class World:
    def __init__(self, host, ids):
        self.host, self.ids = host, ids
        self.day = DAY
        self.get = host.get

    def path(self, line, day=DAY, room="council"):
        return f"/{room}/{day}#{self.ids[line]}"


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    host = Host(tmp_path_factory.mktemp("pages"))
    ids = write_record(host)
    host.serve(page_lines=20, search_rate=100000)
    host.site(*site())
    yield World(host, ids)
    host.close()


@pytest.fixture
def fresh(tmp_path):
    """A host of one's own, that serves nothing yet."""
    host = Host(tmp_path)
    yield host
    host.close()


def open_browser(*arguments, script=True):
    options = webdriver.ChromeOptions()
    options.add_argument("--headless=new")
    options.add_argument("--no-sandbox")
    options.add_argument("--disable-dev-shm-usage")
    options.add_argument("--window-size=1100,900")
    for argument in arguments:
        options.add_argument(argument)
    if not script:
        options.add_experimental_option(
            "prefs",
            {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options,
                            service=Service("/usr/bin/chromedriver"))


@pytest.fixture(scope="session")
def browser():
    driver = open_browser()
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def plain_browser():
    """One that runs no script."""
    driver = open_browser(script=False)
    yield driver
    driver.quit()


def wait_for(question, seconds=60):
    """The first true answer."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer or time.monotonic() > end:
            assert answer
            return answer
        time.sleep(0.02)


__all__ = ["ATTACKS", "DAY", "EMPTY", "NEXT", "site", "today", "wait_for",
           "open_browser"]
