# SPDX-License-Identifier: MIT
"""The pages in a browser: with script and without, in the dark, enlarged, on
paper, and as those see them who cannot."""

import json
import os
import subprocess

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import DAY, EMPTY, NEXT, site, wait_for
from record import CAME, WENT, at, today

CHECKERS = os.environ.get("CHECKERS", "build-checkers")
PAGES = ["/", "/council/", "/council/2015/", f"/council/{DAY}",
         f"/council/{DAY}?presence=1&tz=Europe/Madrid&hl=x",
         "/council/tombstones", "/-/search", "/-/search?q=needle",
         "/council/search?q=key", "/closed/", "/past/", "/nowhere/",
         "/attack/", f"/attack/{DAY}", "/-/note-well", "/-/overview",
         "/-/getting-started", "/-/news", "/-/health", "/-/questions",
         "/-/meeting", "/-/how-it-works", "/-/acknowledgements",
         "/-/privacy"]


def seen(browser, css):
    return [e.text for e in browser.find_elements(By.CSS_SELECTOR, css)]


def ids(browser, css):
    return [e.get_attribute("id")
            for e in browser.find_elements(By.CSS_SELECTOR, css)]


@pytest.fixture(autouse=True)
def as_before(request):
    """What a test changes of the browser is changed back."""
    yield
    if "browser" in request.fixturenames:
        driver = request.getfixturevalue("browser")
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                               {"media": "", "features": []})


def media(browser, **features):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "media": features.pop("media", ""),
        "features": [{"name": k.replace("_", "-"), "value": v}
                     for k, v in features.items()]})


# ---- checked by others ----

@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_keeps_people_out(world, browser, path, scheme):
    """axe-core: WCAG 2.2 A and AA, and best practices; contrast among them."""
    media(browser, prefers_color_scheme=scheme)
    browser.get(world.host.url + path)
    with open(os.path.join(CHECKERS, "axe-core", "axe.min.js"),
              encoding="utf-8") as file:
        # the policy of the page forbids scripts of others; this one is run
        # from outside
        browser.execute_script(file.read())
    result = browser.execute_async_script(
        "axe.run(document).then(arguments[arguments.length - 1])")
    assert not [(v["id"], [n["html"] for n in v["nodes"]], v["help"])
                for v in result["violations"]]


def test_pages_are_valid_html(world, tmp_path):
    """The Nu validator, errors and warnings."""
    for i, path in enumerate(PAGES):
        (tmp_path / f"{i:02d}.html").write_bytes(world.get(path).body)
    style = world.get("/").text.split('rel="stylesheet" href="')[1]
    (tmp_path / "style.css").write_bytes(
        world.get(style.split('"')[0]).body)
    done = subprocess.run(
        ["java", "-jar", os.path.join(CHECKERS, "vnu-jar/build/dist/vnu.jar"),
         "--also-check-css", "--format", "json", "--exit-zero-always",
         str(tmp_path)], capture_output=True, text=True, timeout=300,
        check=True)
    messages = [(PAGES[int(m["url"][-7:-5])] if m["url"].endswith(".html")
                 else "style", m["message"], m.get("extract"))
                for m in json.loads(done.stderr)["messages"]]
    assert not messages


# ---- nothing runs but ours ----

@pytest.mark.parametrize("path", [p for p in PAGES if "attack" in p] + [
    "/", "/-/search?q=%3Cscript%3Ewindow.broken=1%3C/script%3E",
    f"/attack/{DAY}?presence=1", "/attack/tombstones",
    "/attack/search?q=window"])
def test_attacks_do_not_run(world, browser, path):
    browser.get(world.host.url + path)
    assert browser.execute_script("return window.broken") is None
    assert not browser.find_elements(By.ID, "evil")
    for link in browser.find_elements(By.CSS_SELECTOR, "main a"):
        assert not link.get_attribute("href").startswith("javascript")
    assert not [m for m in browser.get_log("browser")
                if "Content Security Policy" in m["message"]]


def test_reordering_text_stays_in_its_place(world, browser):
    """The nick, which begins an override and an isolate that it does not end,
    stands before the text, and both behind the time."""
    browser.get(f"{world.host.url}/attack/{DAY}")
    lines = browser.find_elements(By.CSS_SELECTOR, "li.talk")
    last = [e for e in lines if "\u202e" in e.get_attribute("textContent")][0]
    places = [last.find_element(By.CSS_SELECTOR, css).rect["x"]
              for css in (".at", ".who", ".hat", ".text")]
    assert places == sorted(places)


# ---- with script ----

def test_a_permalink_is_highlighted(world, browser):
    browser.get(world.host.url + world.path("last"))
    line = browser.find_element(By.ID, world.ids["last"])
    other = browser.find_element(By.ID, world.ids["first"])
    colour = "return getComputedStyle(arguments[0]).backgroundColor"
    assert browser.execute_script(colour, line) != \
        browser.execute_script(colour, other)
    # that of a correction leads to the line that it corrects
    browser.get(world.host.url + world.path("fixed"))
    line = browser.find_element(By.ID, world.ids["typo"])
    other = browser.find_element(By.ID, world.ids["first"])
    assert browser.execute_script(colour, line) != \
        browser.execute_script(colour, other)


def test_a_range_is_highlighted(world, browser):
    first, last = world.ids["typo"], world.ids["reply"]
    expected = [first, world.ids["forged"], last]
    browser.get(f"{world.host.url}/council/{DAY}#{first}..{last}")
    assert ids(browser, ".log .marked") == expected
    browser.get("about:blank")
    browser.get(f"{world.host.url}/council/{DAY}#{last}..{first}")
    assert ids(browser, ".log .marked") == expected
    browser.execute_script(f"location.hash = '{first}..{first}'")
    wait_for(lambda: ids(browser, ".log .marked") == [first])


def test_times_can_be_the_readers(world, browser):
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride",
                            {"timezoneId": "Asia/Tokyo"})
    browser.get(f"{world.host.url}/council/{DAY}")
    time = browser.find_element(By.CSS_SELECTOR,
                                f"#{world.ids['first']} .at time")
    late = browser.find_element(By.CSS_SELECTOR,
                                f"#{world.ids['last']} .at time")
    button = browser.find_element(By.CSS_SELECTOR, ".times button")
    assert time.text == "10:00:10"
    button.click()
    assert (time.text, late.text) == ("19:00:10", "2015-11-21 08:30:00")
    button.click()
    assert (time.text, late.text) == ("10:00:10", "23:30:00")
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride",
                            {"timezoneId": ""})


def test_older_texts_open_on_demand(world, browser):
    browser.get(f"{world.host.url}/council/{DAY}")
    line = browser.find_element(By.ID, world.ids["typo"])
    assert "dialbakc" not in line.text
    line.find_element(By.TAG_NAME, "summary").click()
    assert "dialbakc" in line.text


class Live:
    """Today's page of a room, open."""

    def __init__(self, fresh, browser):
        self.host, self.browser, self.day = fresh, browser, today()
        self.count = 0
        self.first = self.say("so far", sent_id="first")
        fresh.serve()
        fresh.site(*site())
        browser.get(f"{fresh.url}/council/{self.day}")
        self.wait_for_note("New lines appear here")

    def say(self, text, **values):
        self.count += 1
        return self.host.say("council", at(self.day) + self.count, "ana", text,
                             **values)

    def wait_for_note(self, text):
        wait_for(lambda: text in self.browser.find_element(
            By.ID, "live").text)

    def lines(self):
        """At one moment: the script of the page may put others there."""
        return self.browser.execute_script(
            "return [...document.querySelectorAll('#log > li > .text')]"
            ".map((e) => e.innerText.trim())")


@pytest.fixture
def live(fresh, browser):
    page = Live(fresh, browser)
    yield page
    browser.get("about:blank")


def as_served(browser):
    """The page is what who loads it now gets."""
    log = ("return document.getElementById('log').innerHTML"
           ".replace(/ ?new\\b|\\n(?=<li|$)/g, '')")
    html = browser.execute_script(log)
    browser.refresh()
    assert browser.execute_script(log) == html


def test_new_lines_appear(live, browser):
    for i in range(20):
        live.say(f"line {i}\n\nand more")
    expected = ["so far"] + [f"line {i}\n\nand more" for i in range(20)]
    wait_for(lambda: live.lines() == expected)
    as_served(browser)


def test_lines_come_in_the_zone_of_the_page(live, browser):
    browser.get(f"{live.host.url}/council/{live.day}?tz=America/New_York")
    live.wait_for_note("New lines appear here")
    live.say("now")
    wait_for(lambda: live.lines() == ["so far", "now"])
    as_served(browser)


def test_who_comes_and_goes_is_shown_to_who_asks(live, browser):
    moves = ("return [...document.querySelectorAll('#log > .presence')]"
             ".map((e) => e.innerText.trim().slice(9))")
    day = at(live.day)
    live.host.presence("council", day + 50, CAME, "eve")
    live.say("one")
    wait_for(lambda: live.lines() == ["so far", "one"])
    assert browser.execute_script(moves) == []
    browser.get(f"{live.host.url}/council/{live.day}?presence=1")
    live.wait_for_note("New lines appear here")
    live.host.presence("council", day + 51, CAME, "<b>")
    live.host.presence("council", day + 52, WENT, "eve")
    live.say("two")
    wait_for(lambda: live.lines() == ["so far", "one", "two"])
    assert browser.execute_script(moves) == [
        "eve came", "<b> came", "eve went"]


def test_what_belongs_to_a_line_goes_to_it_at_once(live, browser):
    host, first, day = live.host, live.first, at(live.day)
    long = live.say("a longish line \u2013 " * 9 + "\nand another",
                    sent_id="long")
    host.correct("council", day + 50, "ana", "so far, so good", "first")
    again = f"sent-{host.said}"
    host.reply("council", day + 51, "bob", "indeed", first)
    host.reply("council", day + 52, "bob", "too long", long)
    host.react("council", day + 53, "bob", first, "a", "b", "a")
    host.react("council", day + 54, "eve", first, "b")
    thread = "<thread>a-long-random-name</thread>"
    for text in ("one of a thread", "two", "three"):
        host.say("council", day + 55, "bob", text, thread)
    host.say("council", day + 55, "bob", "alone", "<thread>b</thread>")
    gone = host.say("council", day + 55, "eve", "oops")
    host.react("council", day + 56, "eve", gone, "c")
    host.react("council", day + 57, "bob", first, "b")
    # some name the correction before instead of the line
    host.correct("council", day + 58, "ana", "better", again)
    host.react("council", day + 59, "eve", "nosuchline", "d")
    live.say("end")
    wait_for(lambda: live.lines()[-1:] == ["end"])
    assert live.lines() == ["better", live.lines()[1], "indeed", "too long",
                            "one of a thread", "two", "three", "alone",
                            "oops", "end"]
    counts = [e.text for e in browser.find_element(By.ID, first).find_elements(
        By.CSS_SELECTOR, ".reactions li")]
    assert counts == ["b 2"]
    as_served(browser)
    # it goes on from there, and nothing comes twice
    live.wait_for_note("New lines appear here")
    host.react("council", day + 60, "bob", first)
    host.take_back("council", day + 61, "eve", gone)
    host.correct("council", day + 62, "ana", "best", "first")
    wait_for(lambda: live.lines()[:1] == ["best"])
    as_served(browser)


def test_corrections_appear_where_they_belong(live, browser):
    live.host.correct("council", at(live.day) + 50, "ana", "so far, so good",
                      "first")
    wait_for(lambda: live.lines() == ["so far, so good"])
    live.host.correct("council", at(live.day) + 51, "eve", "forged", "first")
    live.say("after")
    wait_for(lambda: live.lines() == ["so far, so good", "forged", "after"])


def test_what_is_taken_back_disappears_at_once(live, browser):
    live.host.take_back("council", at(live.day, "00:00:30"), "ana", live.first,
                        reason="off topic")
    wait_for(lambda: "off topic" in live.lines()[0])
    assert "so far" not in browser.find_element(By.ID, live.first).text
    assert len(live.lines()) == 1


def test_live_attacks_do_not_run(live, browser):
    from conftest import ATTACKS
    for attack in ATTACKS:
        live.say(attack, sent_id=attack)
    live.say("the end")
    wait_for(lambda: live.lines()[-1] == "the end")
    assert browser.execute_script("return window.broken") is None
    assert not browser.find_elements(By.ID, "evil")


@pytest.mark.parametrize("length", [1, 12, 30, 45, 60, 80, 110, 140, 180])
def test_a_telephone_reads_the_code(fresh, browser, tmp_path, length):
    """Every size up to the largest, as zbar sees the browser's picture."""
    room = "abcdefghij"[:length] * (length // 10 + 1)
    room = room[:length]
    fresh.serve()
    fresh.site(dict(local=room, name="x"))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 700, "height": 700, "deviceScaleFactor": 1, "mobile": False})
    browser.get(f"{fresh.url}/{room}/join.svg")
    browser.save_screenshot(str(tmp_path / "code.png"))
    read = subprocess.run(["zbarimg", "-q", "--raw", tmp_path / "code.png"],
                          capture_output=True, text=True, check=True)
    assert read.stdout.strip() == f"xmpp:{room}@rooms.example?join"


# ---- without ----

def test_everything_is_there_without_script(world, plain_browser):
    browser, url = plain_browser, world.host.url
    browser.get(url)
    box = browser.find_element(By.NAME, "q")
    box.send_keys("council" + Keys.ENTER)
    wait_for(lambda: "q=council" in browser.current_url)
    browser.find_element(By.LINK_TEXT, "council").click()
    assert browser.current_url == f"{url}/council/"
    browser.find_element(By.LINK_TEXT, NEXT).click()
    assert seen(browser, ".log .text") == ["Yesterday nothing was said."]
    browser.find_element(By.PARTIAL_LINK_TEXT, "Day before").click()
    assert browser.current_url == f"{url}/council/{DAY}"
    browser.find_element(By.LINK_TEXT, "Show who came and went").click()
    assert "presence=1" in browser.current_url
    zone = browser.find_element(By.NAME, "tz")
    zone.send_keys("Europe/Madrid" + Keys.ENTER)
    wait_for(lambda: "tz=Europe" in browser.current_url)
    assert "presence=1" in browser.current_url
    assert seen(browser, f"#{world.ids['first']} .at") == ["11:00:10"]
    browser.find_element(By.LINK_TEXT, "All days of 2015").click()
    links = [a.get_attribute("href")[-10:] for a in
             browser.find_elements(By.CSS_SELECTOR, ".month td a")]
    assert links == [DAY, NEXT] and EMPTY not in links
    browser.get(f"{url}/-/search")
    browser.find_element(By.NAME, "q").send_keys("needle" + Keys.ENTER)
    wait_for(lambda: "q=needle" in browser.current_url)
    assert len(seen(browser, ".found > li")) == 20
    browser.find_element(By.LINK_TEXT, "Older").click()
    assert "needle number 99 " in seen(browser, ".found > li")[0]


# ---- how it looks ----

@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_at_twice_the_size(world, browser, path):
    """200 % zoom of a window 1100 wide, and a telephone: nothing to the side."""
    browser.get(world.host.url + path)
    for width in (550, 320):
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 800, "deviceScaleFactor": 2,
            "mobile": False})
        assert browser.execute_script(
            "return document.documentElement.scrollWidth") <= width


def test_dark_is_dark(world, browser):
    colour = "return getComputedStyle(document.body).backgroundColor"
    browser.get(world.host.url)
    media(browser, prefers_color_scheme="light")
    assert browser.execute_script(colour) == "rgb(255, 255, 255)"
    media(browser, prefers_color_scheme="dark")
    assert browser.execute_script(colour) == "rgb(20, 24, 29)"


def test_paper_has_no_menus(world, browser):
    browser.get(f"{world.host.url}/council/{DAY}")
    media(browser, media="print")
    assert not browser.find_element(By.CSS_SELECTOR, "header nav") \
        .is_displayed()
    assert browser.find_element(By.ID, world.ids["first"]).is_displayed()


def test_the_keyboard_reaches_the_content_first(world, browser):
    browser.get(f"{world.host.url}/council/{DAY}")
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    first = browser.switch_to.active_element
    assert first.text == "To the content"
    first.send_keys(Keys.ENTER)
    assert browser.current_url.endswith("#main")
