# SPDX-License-Identifier: MIT
"""Pages of sessions in a browser: as they follow what happens, as they fit, and
as those see them who cannot."""

import datetime
import json
import os
import subprocess
import time
from zoneinfo import ZoneInfo

import pytest
from selenium.webdriver.common.by import By

from conftest import wait_for
from interim import DAY, NAME, ROOM, hold, plan
from record import Host, today

CHECKERS = os.environ.get("CHECKERS", "build-checkers")
NOW = time.strftime("%Y-%m-%d-%H%M", time.gmtime())
PAGES = [f"/{ROOM}/meeting/{NAME}/", f"/{ROOM}/meeting/{NOW}/",
         f"/{ROOM}/meeting/{NAME}/?tz=Europe/Madrid",
         "/-/calendar", f"/{ROOM}/", f"/{ROOM}/{DAY}", f"/{ROOM}/{DAY}?all=1",
         "/-/search?q=is:action"]


@pytest.fixture(scope="module")
def interim(tmp_path_factory):
    host = Host(tmp_path_factory.mktemp("seen"))
    host.serve()
    host.site({"local": ROOM, "name": "DNS Operations", "occupants": 3})
    hold(host)
    plan(host)
    host.meeting(ROOM, NOW, "open", "Going on", started=now() - 60000)
    note(host, "topic", text="What goes on")
    note(host, "mic", number=1, person="carol", text="is it on?")
    note(host, "queue", person="alice", text="the costs")
    yield host
    host.close()


def now():
    return int(time.time() * 1000)


def note(host, kind, **values):
    host.note(ROOM, NOW, now(), kind, **values)


def media(browser, scheme):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "media": "", "features": [
            {"name": "prefers-color-scheme", "value": scheme}]})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_keeps_people_out(interim, browser, path, scheme):
    media(browser, scheme)
    browser.get(interim.url + path)
    with open(os.path.join(CHECKERS, "axe-core", "axe.min.js"),
              encoding="utf-8") as file:
        browser.execute_script(file.read())
    result = browser.execute_async_script(
        "axe.run(document).then(arguments[arguments.length - 1])")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                            {"media": "", "features": []})
    assert not [(v["id"], [n["html"] for n in v["nodes"]], v["help"])
                for v in result["violations"]]


def test_pages_are_valid_html(interim, tmp_path):
    for i, path in enumerate(PAGES):
        (tmp_path / f"{i:02d}.html").write_bytes(interim.get(path).body)
    style = interim.get("/").text.split('rel="stylesheet" href="')[1]
    (tmp_path / "style.css").write_bytes(
        interim.get(style.split('"')[0]).body)
    done = subprocess.run(
        ["java", "-jar", os.path.join(CHECKERS, "vnu-jar/build/dist/vnu.jar"),
         "--also-check-css", "--format", "json", "--exit-zero-always",
         str(tmp_path)], capture_output=True, text=True, timeout=300,
        check=True)
    assert not [(m["url"], m["message"], m.get("extract"))
                for m in json.loads(done.stderr)["messages"]]


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_telephone(interim, browser, path):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True})
    browser.get(interim.url + path)
    width = browser.execute_script(
        "return document.documentElement.scrollWidth")
    picture(browser, path)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 360


def picture(browser, path):
    """For people, where they ask for pictures."""
    folder = os.environ.get("PICTURES")
    if folder:
        name = path.strip("/").replace("/", "_").replace("?", "_")
        browser.save_screenshot(os.path.join(folder, f"{name}.png"))


def test_a_session_is_there_without_script(interim, plain_browser):
    """From the list of rooms to what was decided, by links alone."""
    page = plain_browser

    def text():
        return page.find_element(By.TAG_NAME, "main").text

    page.get(interim.url)
    page.find_element(By.PARTIAL_LINK_TEXT, ROOM).click()
    page.find_element(By.LINK_TEXT, "Interim & more").click()
    for wanted in ("Next steps", "the draft is ready for last call",
                   "alice to ship it", "adopt the draft",
                   "2 raised a hand, 1 did not", "not a vote"):
        assert wanted in text(), text()
    assert "a slip of the pen" not in text()
    page.find_element(By.LINK_TEXT, f"What was said on {DAY}").click()
    line = page.find_element(By.XPATH, "//li[contains(., 'ship it')]")
    assert line.find_element(By.CLASS_NAME, "mark").text == "Action"
    page.find_element(By.CSS_SELECTOR, ".chatter summary").click()
    assert "q+" in text()
    page.get(f"{interim.url}/{ROOM}/meeting/{NOW}/")
    assert "is it on?" in text() and "alice: the costs" in text()


def test_an_open_session_is_followed(interim, browser):
    """The last one that needs it open."""
    browser.get(f"{interim.url}/{ROOM}/meeting/{NOW}/")

    def text():
        return browser.find_element(By.ID, "session").text

    wait_for(lambda: "follows the session" in text())
    assert "is it on?" in text() and "alice: the costs" in text()
    interim.caption(ROOM, "bob", "Mark: I th")
    wait_for(lambda: captions(browser) == ["bob: Mark: I th"])
    picture(browser, "session-caption")
    note(interim, "action", text="carol to write it down")
    wait_for(lambda: "carol to write it down" in text())
    assert captions(browser) == ["bob: Mark: I th"]
    interim.caption(ROOM, "bob", "")
    wait_for(lambda: not captions(browser))
    note(interim, "speaker", person="alice")
    wait_for(lambda: "alice has the floor" in text())
    assert "Nobody waits to speak" in text()
    interim.meeting(ROOM, NOW, "ended", "Going on", started=now() - 60000,
                    ended=now())
    wait_for(lambda: "ended" in text() and "has the floor" not in text())


# ---- the day's live page ----

LOG = ("return document.getElementById('log').innerHTML"
       ".replace(/ ?new\\b|\\n(?=<li|<.ol>|$)/g, '')")


@pytest.fixture
def meeting(tmp_path, browser):
    """A session that goes on, seen on the page of the day."""
    host = Host(tmp_path / "meeting")
    host.serve()
    host.site({"local": ROOM, "name": "DNS Operations", "occupants": 3})
    host.meeting(ROOM, NOW, "open", "Going on", started=now() - 60000)
    host.say(ROOM, now(), "alice", "welcome")
    browser.get(f"{host.url}/{ROOM}/{today()}")
    wait_for(lambda: "New lines appear" in
             browser.find_element(By.ID, "live").text)
    yield host
    browser.get("about:blank")
    host.close()


def said(host, words, kind=None, nick="bob", **values):
    """A word, and the note of it behind it."""
    line = host.say(ROOM, now(), nick, words, hats="urn:x-hallway:hat:scribe\t"
                    "Scribe" if nick == "bob" else None)
    if kind:
        note(host, kind, line=line, nick=nick, **values)
    return line


def marks(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('#log .mark')].map("
        "mark => mark.innerText)")


def test_lines_look_live_as_they_are_kept(meeting, browser):
    said(meeting, "topic: Glue", "topic", text="Glue")
    mic = said(meeting, "MIC: who pays?", "mic", "carol", number=1,
               person="carol", text="who pays?")
    said(meeting, "q+", "queue", "alice", person="alice")
    said(meeting, "q+ to ask", "queue", "carol", person="carol", text="ask")
    said(meeting, "hello", None, "dave")
    said(meeting, "mic 1 done", "mic-done", number=1)
    said(meeting, "action: a slip", "action", text="a slip")
    wait_for(lambda: [m[:14] for m in marks(browser)] == [
        "Topic", "MIC 1, relayed", "Action"])
    said(meeting, "#undo", "undo")
    said(meeting, "resolution: adopt", "decision", text="adopt")
    wait_for(lambda: [m[:3] for m in marks(browser)] == ["Top", "MIC", "Dec"])
    folded = browser.find_elements(By.CSS_SELECTOR, "#log > .chatter")
    assert [len(f.find_elements(By.CSS_SELECTOR, "ol > li"))
            for f in folded] == [2, 1]
    assert [f.text for f in folded] == ["queue, hands, microphone"] * 2
    # what belongs to a folded line goes to it
    meeting.react(ROOM, now(), "alice", mic, "\u2705")
    wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, ".reactions"))
    live = browser.execute_script(LOG)
    browser.refresh()
    assert browser.execute_script(LOG) == live


def test_a_live_mark_tells_its_time_in_the_zone_of_the_page(meeting, browser):
    zone = ZoneInfo("Asia/Kolkata")
    day = datetime.datetime.now(zone).strftime("%Y-%m-%d")
    browser.get(f"{meeting.url}/{ROOM}/{day}?tz=Asia/Kolkata")
    wait_for(lambda: "New lines appear" in
             browser.find_element(By.ID, "live").text)
    said(meeting, "MIC: who pays?", "mic", "carol", number=1,
         person="carol", text="who pays?")
    said(meeting, "mic 1 done", "mic-done", number=1)
    wait_for(lambda: [m[:14] for m in marks(browser)] == ["MIC 1, relayed"])
    there = datetime.datetime.now(zone)
    assert marks(browser)[0] in [
        f"MIC 1, relayed {there - datetime.timedelta(minutes=m):%H:%M}"
        for m in (0, 1)]
    live = browser.execute_script(LOG)
    browser.refresh()
    assert browser.execute_script(LOG) == live


def test_a_live_mark_follows_the_readers_own_time(meeting, browser):
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride",
                            {"timezoneId": "Asia/Kolkata"})
    said(meeting, "MIC: who pays?", "mic", "carol", number=1,
         person="carol", text="who pays?")
    said(meeting, "mic 1 done", "mic-done", number=1)
    wait_for(lambda: [m[:14] for m in marks(browser)] == ["MIC 1, relayed"])
    utc = marks(browser)[0][15:]
    hour, minute = map(int, utc.split(":"))
    browser.find_element(By.CSS_SELECTOR, ".times button").click()
    here = (hour * 60 + minute + 330) % 1440
    assert marks(browser)[0].endswith(f" {here // 60:02}:{here % 60:02}")
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride",
                            {"timezoneId": ""})


def captions(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('.caption')].map("
        "row => row.textContent)")


def test_captions_grow_and_make_room_for_the_line(meeting, browser):
    meeting.caption(ROOM, "bob", "Mark: I th")
    wait_for(lambda: captions(browser) == ["bob: Mark: I th"])
    meeting.caption(ROOM, "carol", "<b>&\tboth")
    meeting.caption(ROOM, "bob", "Mark: I think")
    wait_for(lambda: captions(browser) == ["bob: Mark: I think",
                                           "carol: <b>&\tboth"])
    meeting.caption(ROOM, "bob", "")
    said(meeting, "Mark: I think", "said", person="Mark", text="I think")
    wait_for(lambda: captions(browser) == ["carol: <b>&\tboth"])
    meeting.caption(ROOM, "carol", "")
    wait_for(lambda: not captions(browser))


@pytest.mark.parametrize("scheme, width", [("light", 1100), ("dark", 1100),
                                           ("light", 360), ("dark", 360)])
def test_captions_can_be_read(meeting, browser, scheme, width):
    """Whatever is typed fits, and axe-core has nothing to say."""
    said(meeting, "topic: Glue", "topic", text="Glue")
    said(meeting, "MIC: who pays?", "mic", "carol", number=1, person="carol",
         text="who pays?")
    said(meeting, "q+", "queue", "alice", person="alice")
    said(meeting, "action: alice to ship it", "action",
         text="alice to ship it")
    media(browser, scheme)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 740, "deviceScaleFactor": 1,
        "mobile": width < 500})
    meeting.caption(ROOM, "bob", "Mark: I think this is done, and whoever "
                    "wants more of it should say so on the list, " * 3
                    + "x" * 200)
    meeting.caption(ROOM, "carol", "\u0645\u0631\u062d\u0628\u0627")
    wait_for(lambda: len(captions(browser)) == 2 and len(marks(browser)) == 3)
    assert browser.execute_script(
        "return document.documentElement.scrollWidth") <= width
    browser.execute_script(
        "document.querySelector('.captions').scrollIntoView({block: 'end'})")
    picture(browser, f"captions-{scheme}-{width}")
    with open(os.path.join(CHECKERS, "axe-core", "axe.min.js"),
              encoding="utf-8") as file:
        browser.execute_script(file.read())
    result = browser.execute_async_script(
        "axe.run(document).then(arguments[arguments.length - 1])")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    media(browser, "light")
    assert not [(v["id"], v["help"]) for v in result["violations"]]
