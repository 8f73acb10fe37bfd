# SPDX-License-Identifier: MIT
"""What the pages answer, as a client without script gets it."""

import contextlib
import html
import re
import sqlite3
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from conftest import ATTACKS, DAY, EMPTY, NEXT, site
from record import at, today

POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; "
          "img-src 'self'; connect-src 'self'; base-uri 'none'; "
          "form-action 'self'; frame-ancestors 'none'")


def text_of(page):
    return html.unescape(re.sub(r"<[^>]*>", "", page))


def line(page, line_id):
    """The markup of a line."""
    found = re.search(rf'<li [^>]*id="{line_id}".*?</li>\n', page, re.S)
    assert found, line_id
    return found[0]


PATHS = ["/", "/council/", "/council/2015/", f"/council/{DAY}", "/nowhere/",
         "/-/search", "/robots.txt", "/favicon.ico", "/council", "/%ff"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_that_protect(world, path):
    headers = world.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"


def test_head_is_get_without_the_body(world):
    whole, head = world.get("/council/"), world.get("/council/", "HEAD")
    assert head.status == 200 and head.body == b""
    for name in ("Content-Length", "ETag", "Content-Type"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_pages_are_only_read(world, method):
    answer = world.get("/", method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_an_unchanged_page_is_not_sent_again(world):
    first = world.get(f"/council/{DAY}")
    again = world.get(f"/council/{DAY}", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert world.get(f"/council/{DAY}",
                     If_None_Match='"other"').status == 200


def test_style_and_script_may_be_kept_for_ever(world):
    page = world.get("/").text
    for path in re.findall(r'(?:href|src)="(/-/hallway\.[^"]+)"', page):
        answer = world.get(path)
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert world.get("/-/hallway.000000000000.css").status == 404


# ---- the directory ----

def rows(page):
    return re.findall(r'<tr><th scope="row"><a href="/([^/]+)/">', page)


def test_directory_has_the_rooms_that_all_may_know(world):
    page = world.get("/").text
    assert rows(page) == ["attack", "council", "hallway", "hushed",
                          "quiet", "past"]
    assert "Secret" not in page and "Members" not in page


def test_directory_is_searched(world):
    assert rows(world.get("/?q=COUNC").text) == ["council"]
    assert rows(world.get("/?q=council+meets").text) == ["council"]
    assert rows(world.get("/?area=ops").text) == ["past"]
    assert rows(world.get("/?area=GOV&q=xmpp").text) == ["council"]
    assert rows(world.get("/?q=members").text) == []
    assert "no such room" in world.get("/?q=members").text


def test_directory_is_sorted(world):
    assert rows(world.get("/?sort=occupants").text)[0] == "council"
    assert rows(world.get("/?sort=activity").text)[0] == "council"


def test_directory_has_pages(fresh):
    for i in range(3):
        fresh.say("r0", at(DAY) + i, "ana", "x")
    fresh.serve()
    fresh.site(*[dict(local=f"r{i}", name=f"Room {i}") for i in range(450)])
    fresh.get("/")
    seen, path = [], "/"
    while path:
        page = fresh.get(path).text
        seen += rows(page)
        more = re.search(r'href="([^"]*)">More rooms', page)
        path = html.unescape(more[1]) if more else None
    assert len(seen) == len(set(seen)) == 450


# ---- a room ----

def test_room_page_tells_what_the_room_is(world):
    page = world.get("/council/").text
    for part in ("xmpp:council@rooms.example?join", "/council/join.svg",
                 "https://chat.example/#council%40rooms.example",
                 "https://example.org/charter",
                 "mailto:council@lists.example",
                 "https://lists.example/council/",
                 'rel="alternate" href="/council/feed.atom"',
                 f'href="/council/{NEXT}"', 'href="/council/2014/"'):
        assert part in page, part
    assert "Where the council meets." in page


def test_calendar_has_only_real_days(world):
    page = world.get("/council/2015/").text
    assert re.findall(r'<td><a href="/council/([^"]+)"', page) == [DAY, NEXT]
    assert world.get("/council/2014/").status == 200
    assert world.get("/council/2013/").status == 404
    assert "19 lines" in text_of(page)


def test_what_was_taken_back_is_listed(world):
    page = text_of(world.get("/council/").text)
    assert "a moderator took back a line: advertising" in page
    assert "its author took back a line" in page
    assert "advertising" in world.get("/council/tombstones").text


@pytest.mark.parametrize("path", [
    "/nowhere/", "/members/", "/members/join.svg", f"/members/{DAY}", "/members/2015/",
    "/members/search?q=secret", f"/council/{EMPTY}", "/council/2015-02-30",
    "/council/m/nowhere", "/-/nothing", "/council/x/y"])
def test_what_is_not_there_is_not_found(world, path):
    answer = world.get(path)
    if "search" in path:
        assert "Nothing was found" in answer.text
    else:
        assert answer.status == 404
    assert "unspeakable" not in answer.text and "Members" not in answer.text


def test_a_room_that_closed_shows_what_was_open(world):
    page = world.get("/closed/").text
    assert "not open to everybody now" in page
    assert "Closed Secret Name" not in page and "?join" not in page
    day = world.get(f"/closed/{DAY}")
    assert "said in the open" in day.text
    assert day.headers["X-Robots-Tag"] == "noindex"
    assert world.get(f"/closed/{NEXT}").status == 404
    assert "door" not in world.get("/-/search?q=said").text


def test_a_room_that_is_gone_keeps_its_log(world):
    assert "This room is gone" in world.get("/past/").text
    assert "an old line" in world.get("/past/2008-01-02").text


def test_rooms_of_other_domains_are_below_them(fresh):
    fresh.tell("message", room="x@other.example", at=at(DAY), id="a" * 26,
               nick="ana", stanza="<message><body>far</body></message>",
               body="far")
    fresh.serve()
    assert "far" in fresh.get(f"/other.example/x/{DAY}").text
    assert fresh.get(f"/x/{DAY}").status == 404
    answer = fresh.get("/other.example/x/m/" + "a" * 26)
    assert answer.headers["Location"] == f"/other.example/x/{DAY}#" + "a" * 26


def test_years_and_ranges_are_taken_along(world):
    page = world.get("/council/2015/").text
    for form in ("zip", "txt", "json", "jsonl", "xml", "md"):
        assert f'href="/council/2015.{form}"' in page
        assert world.get(f"/council/2015.{form}").status == 200
    assert 'action="/council/export.zip"' in page
    assert world.get(f"/council/export.zip?from={DAY}&to={NEXT}").status == 200


def test_an_area_has_a_feed(world):
    page = world.get("/?area=gov").text
    assert page.count('href="/-/areas/gov.atom"') == 2
    assert b"needle number" in world.get("/-/areas/gov.atom").body
    # the directory names those that have rooms for everybody
    page = world.get("/").text
    assert re.findall(r'href="/-/areas/([^"]+)"', page) == ["gov.atom"]
    assert world.get("/-/areas/GOV.atom").status == 200
    assert "/-/areas/" not in world.get("/?area=ops").text


def test_every_link_of_a_page_leads_somewhere(world):
    """From the directory on, as far as links go."""
    todo, done = ["/"], {"/-/key"}  # this host has none
    while todo:
        path = todo.pop()
        if path in done or path.startswith("/attack/"):
            continue
        done.add(path)
        answer = world.get(path)
        if answer.status in (301, 302):
            todo.append(answer.headers["Location"].split("#")[0])
            continue
        assert answer.status == 200, path
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        tags = Tags(answer.text)
        ids = {attrs["id"] for _, attrs in tags.all if "id" in attrs}
        for _, attrs in tags.all:
            address = attrs.get("href") or attrs.get("src") or ""
            if address.startswith("#"):
                assert address[1:] in ids, (path, address)
            elif address.startswith("/"):
                todo.append(address.split("#")[0])
    assert len(done) > 40


# ---- a day ----

def test_a_line_tells_who_when_and_what(world):
    first = line(world.get(f"/council/{DAY}").text, world.ids["first"])
    assert f'href="#{world.ids["first"]}"' in first
    assert f'<time datetime="{DAY}T10:00:10.000Z">10:00:10</time>' in first
    assert '<bdi class="hat">Chair</bdi>' in first
    assert 'lang="en" dir="auto">Good morning' in first
    assert "home.example" not in first


def test_the_latest_text_stands_and_the_older_is_there(world):
    page = world.get(f"/council/{DAY}").text
    typo = line(page, world.ids["typo"])
    text, versions = typo.split("<details", 1)
    assert "dialback" in text and "dialbakc" not in text
    assert "dialbakc" in versions
    assert f'id="{world.ids["fixed"]}"' in typo
    assert f'<li class="correction" id="{world.ids["fixed"]}"' not in page
    assert "would have you say" not in typo


def test_semantics_are_shown(world):
    page = world.get(f"/council/{DAY}").text
    reply = text_of(line(page, world.ids["reply"]))
    assert "in reply to bo: The dialback key" in reply
    assert "> The dialbakc" not in reply and "👍 2" in reply
    assert "🎉" not in page
    assert "bo waves" in text_of(line(page, world.ids["me"]))
    assert "set the subject: Agenda" in text_of(line(page,
                                                     world.ids["subject"]))
    second = line(page, world.ids["thread2"])
    assert f'href="#{world.ids["thread1"]}"' in second


def test_what_was_taken_back_keeps_its_place_and_tells_nothing(world):
    page = world.get(f"/council/{DAY}").text
    assert "Taken back by a moderator at 10:06:00: advertising" in text_of(
        line(page, world.ids["spam"]))
    assert "Taken back by who said it at 10:07:00." in text_of(
        line(page, world.ids["sorry"]))
    for path in (f"/council/{DAY}", "/council/", "/-/search?q=pills",
                 "/-/search?q=unspeakable", "/council/search?q=wrong"):
        page = text_of(world.get(path).text)
        assert "my unspeakable" not in page and "Oh no" not in page


def test_comings_and_goings_are_folded(world):
    assert "ana came" not in text_of(world.get(f"/council/{DAY}").text)
    page = text_of(world.get(f"/council/{DAY}?presence=1").text)
    for part in ("ana came", "bo is now bob", "spammer was banned: advertising",
                 "ana went"):
        assert part in page, part


def test_a_gap_stands_between_the_lines(world):
    page = text_of(world.get(f"/council/{DAY}").text)
    long, gap, last = (page.index(part) for part in
                       ("for (i = 0", "link to example.org lost 14:02-14:09",
                        "That is all for today"))
    assert long < gap < last


def test_days_lead_past_those_without_a_line(world):
    page = world.get(f"/council/{DAY}").text
    assert f'href="/council/{NEXT}" rel="next"' in page
    assert 'href="/council/2014-03-04" rel="prev"' in page
    assert EMPTY not in page


def test_what_is_kept_no_longer_is_said_to_be_ended(fresh):
    fresh.say("council", at(DAY), "ana", "still here")
    fresh.serve()
    fresh.site(dict(local="council", name="Council"))
    before = fresh.get("/council/2015-01-01")
    assert before.status == 404
    with contextlib.closing(sqlite3.connect(
            fresh.folder / "hallway.db", timeout=60)) as database:
        database.execute("INSERT INTO kept (since) VALUES (?)",
                         [at(DAY, "06:00:00")])
        database.commit()
    ended = fresh.get("/council/2015-01-01")
    assert ended.status == 410
    assert "not kept any longer" in text_of(ended.text)
    page = text_of(fresh.get(f"/council/{DAY}").text)
    assert f"What was said before {DAY} 06:00:00 UTC is not kept" in page


def test_times_are_told_in_the_zone_that_is_asked_for(world):
    page = world.get(f"/council/{DAY}?tz=Europe/Madrid").text
    assert f'<time datetime="{DAY}T10:00:10.000Z" title="{DAY} 10:00:10 UTC">' \
        "11:00:10</time>" in page
    assert "Times are those of Europe/Madrid" in page
    assert "2015-11-21 00:30:00" in page
    page = world.get(f"/council/{DAY}?tz=Nowhere/City").text
    assert "not known here" in page and ">10:00:10</time>" in page
    page = world.get(f"/council/{DAY}?tz=../../etc/passwd").text
    assert "not known here" in page


def test_a_range_is_highlighted_without_script(world):
    ids = world.ids
    path = f"/council/{DAY}?hl={ids['typo']}..{ids['reply']}"
    page = world.get(path).text
    marked = re.findall(r'class="\w+ marked" id="([^"]+)"', page)
    assert marked == [ids["typo"], ids["forged"], ids["reply"]]
    back = world.get(f"/council/{DAY}?hl={ids['reply']}..{ids['typo']}").text
    assert re.findall(r'class="\w+ marked" id="([^"]+)"', back) == marked
    one = world.get(f"/council/{DAY}?hl={ids['me']}").text
    assert re.findall(r'class="\w+ marked" id="([^"]+)"', one) == [ids["me"]]


def test_a_line_is_found_by_its_name_alone(world):
    answer = world.get(f"/council/m/{world.ids['last']}")
    assert answer.status == 302
    assert answer.headers["Location"] == world.path("last")
    # also below another room's name, should it ever move
    answer = world.get(f"/past/m/{world.ids['last']}")
    assert answer.headers["Location"] == world.path("last")


@pytest.mark.parametrize("old, new", [
    ("/logs/council/", "/council/"), ("/logs/council", "/logs/council/"),
    (f"/logs/council/{DAY}.html", f"/council/{DAY}"),
    (f"/logs/council/{DAY}.txt", f"/council/{DAY}.txt"),
    (f"/logs/council@conference.old.example/2015/11/20.html",
     f"/council/{DAY}"),
    ("/logs/", "/")])
def test_old_addresses_lead_to_ours(world, old, new):
    answer = world.get(old)
    assert (answer.status, answer.headers["Location"]) == (301, new)


def test_a_room_called_logs_comes_first(fresh):
    line_id = fresh.say("logs", at(DAY), "ana", "about wood")
    fresh.serve()
    fresh.site(dict(local="logs", name="Wood"))
    assert "Wood" in fresh.get("/logs/").text
    assert "November 2015" in fresh.get("/logs/2015/").text
    assert "about wood" in fresh.get(f"/logs/{DAY}").text
    assert fresh.get(f"/logs/m/{line_id}").headers["Location"] == \
        f"/logs/{DAY}#{line_id}"
    assert fresh.get("/logs/council/").headers["Location"] == "/council/"


def test_today_is_live(fresh):
    now = at(today(), "00:00:01")
    line_id = fresh.say("council", now, "ana", "so far", sent_id="s-1")
    fresh.serve()
    fresh.site(*site())
    page = fresh.get(f"/council/{today()}").text
    assert 'data-live="/council/live"' in page
    assert 'data-sent="s-1"' in line(page, line_id)
    assert "http-equiv" not in page
    live = fresh.get(f"/council/{today()}?live=1").text
    assert '<meta http-equiv="refresh" content="30">' in live
    # nothing said yet: still a page, since somebody may begin
    assert "Nothing has been said" in fresh.get(f"/quiet/{today()}").text
    assert fresh.get(f"/members/{today()}").status == 404


# ---- search ----

def found(page):
    return re.findall(r'<li class="\w+" id="([^"]+)"', page)


@pytest.mark.parametrize("query, names", [
    ("dialback+names", ["fixed"]), ('"good+morning"', ["first"]),
    ("key+-dialbakc", ["fixed"]), ("nick:clé", ["french"]),
    ("room:council+everybody", ["first"]), ("area:gov+budget", ["thread1"]),
    ("area:ops+budget", []), ("room:past+budget", []),
    (f"from:{NEXT}+room:council", ["next"]),
    (f"room:council+to:2014", None), ("nick:ana+that+today", ["last"]),
    ("مرحبا", ["arabic"])])
def test_search_finds(world, query, names):
    page = world.get("/-/search?q=" + quote(query, safe="+:")).text
    if names is None:
        assert len(found(page)) == 20
    else:
        assert found(page) == [world.ids[name] for name in names]


def test_found_words_are_marked(world):
    page = world.get("/-/search?q=%22good+morning%22").text
    assert "<mark>Good morning</mark>" in line(page, world.ids["first"])
    assert "<mark" not in world.get("/-/search?q=nick:ana").text
    assert "<mark" not in world.get(f"/council/{DAY}").text


def test_search_is_turned_both_ways(world):
    path, seen, back = "/council/search?q=needle", [], None
    while path:
        page = world.get(path).text
        seen += found(page)
        older = re.search(r'href="([^"]+)" rel="next">Older', page)
        newer = re.search(r'href="([^"]+)" rel="prev">Newer', page)
        path, back = (html.unescape(m[1]) if m else None
                      for m in (older, newer))
    assert len(seen) == len(set(seen)) == 120
    assert "120 lines" in page
    page = world.get(back).text
    assert found(page) == seen[80:100]
    while back:
        page = world.get(back).text
        newer = re.search(r'href="([^"]+)" rel="prev">Newer', page)
        back = html.unescape(newer[1]) if newer else None
    assert found(page) == seen[:20]


def test_search_tells_what_it_does_not_understand(world):
    page = world.get("/-/search?q=from:yesterday").text
    assert "no day for from" in text_of(page) and found(page) == []


def test_search_has_no_more_than_its_rate(fresh):
    fresh.say("council", at(DAY), "ana", "hello")
    fresh.serve(search_rate=5)
    answers = [fresh.get("/-/search?q=hello") for _ in range(8)]
    assert [a.status for a in answers] == [200] * 5 + [429] * 3
    assert answers[-1].headers["Retry-After"]
    assert fresh.get("/").status == 200
    # each client of a proxy on this machine has its own
    assert fresh.get("/-/search?q=hello",
                     X_Forwarded_For="192.0.2.1").status == 200


def test_search_counts_so_far_and_no_further(fresh):
    for i in range(10001):
        fresh.say("council", at(DAY) + i, "ana", "again" + " once" * (i > 0))
    fresh.serve()
    fresh.site(dict(local="council", name="Council"))
    text = text_of(fresh.get("/council/search?q=again").text)
    assert "More than 10000 lines, the newest first" in text
    text = text_of(fresh.get("/council/search?q=once").text)
    assert "10000 lines, the newest" in text and "More than" not in text


def test_a_long_day_in_a_dress_of_its_own_counts_as_a_search(fresh):
    for i in range(2000):
        fresh.say("council", at(DAY) + i, "ana", "x")
    fresh.say("council", at(NEXT), "ana", "x")
    fresh.serve(search_rate=3)
    fresh.site(dict(local="council", name="Council"))
    path = f"/council/{DAY}"
    assert fresh.get(path).status == 200    # made, and kept from now on
    assert [fresh.get(path + f"?hl={i}").status for i in range(4)] == \
        [200] * 2 + [429] * 2
    assert fresh.get(path + ".txt").status == 429   # is yet to be made
    assert fresh.get(path).status == 200
    assert fresh.get(f"/council/{NEXT}?tz=Europe/Madrid").status == 200


def test_a_day_of_many_lines_has_parts_and_whole_exports(fresh):
    ids = [fresh.say("council", at(DAY) + i, "ana", f"line {i}.")
           for i in range(25)]
    fresh.serve(day_lines=10)
    path, said = f"/council/{DAY}", []
    while path:
        page = fresh.get(path).text
        said += re.findall(r"line \d+\.", text_of(page))
        more = re.search(r'href="([^"]+)">More of this day<', page)
        path = html.unescape(more[1]) if more else None
    assert said == [f"line {i}." for i in range(25)]
    assert "later part" in page and "live" not in page.split("<main")[0]
    # a line's own address leads to the part that has it
    for i in (0, 9, 10, 24):
        way = fresh.get(f"/council/m/{ids[i]}").headers["Location"]
        assert ("?after=" in way) == (i >= 10)
        assert f'id="{ids[i]}"' in fresh.get(way.split("#")[0]).text
    assert fresh.get(f"/council/{DAY}?after=nobody").status == 404
    for form in ("txt", "md", "chatlog.json", "json", "jsonl", "xml"):
        text = fresh.get(f"/council/{DAY}.{form}").text
        assert all(re.search(rf"line {i}\b", text) for i in range(25)), form


def test_robots_are_told(world):
    text = world.get("/robots.txt").text
    for path in ("/-/search", "/*/search", "/*/live", "/*?"):
        assert f"Disallow: {path}\n" in text
    assert world.get(f"/hushed/{DAY}").headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in world.get("/hushed/").text
    assert world.get(f"/council/{DAY}").headers["X-Robots-Tag"] is None
    assert world.get("/-/search").headers["X-Robots-Tag"] == "noindex"


# ---- nobody's markup but ours ----

OURS = set("""html head meta title link script body a header nav ul ol li h1 h2
h3 h4 main p bdi span time form label input select option button table caption
thead tbody tr th td dl dt dd code mark details summary section div img
footer""".split())


class Tags(HTMLParser):
    """All start tags of a page, with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.all = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", [
    "/", "/attack/", f"/attack/{DAY}?presence=1", "/attack/tombstones",
    "/attack/search?q=window", "/-/search?q=window",
    "/-/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22",
    f"/attack/{DAY}?tz=%22%3E%3Cscript%3E&hl=%22%3E%3Cscript%3E",
    "/?q=%22%3E%3Cscript%3E&area=%22%3E%3Cscript%3E&sort=%22%3E",
    "/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/"])
def test_attacks_come_out_as_text(world, path):
    tags = Tags(world.get(path).text)
    names = [name for name, _ in tags.all]
    assert set(names) <= OURS
    assert names.count("script") == 1
    for name, attrs in tags.all:
        assert not any(a.startswith("on") or a == "style" for a in attrs)
        for a in ("href", "src", "action"):
            address = attrs.get(a, "/")
            assert re.match(r"(/(?!/)|#|\?|https?://|xmpp:|mailto:)", address)
            if "a.example" in address:
                assert attrs["rel"] == "nofollow ugc noopener noreferrer"


def test_attacks_are_all_there(world):
    page = text_of(world.get(f"/attack/{DAY}").text)
    for attack in ATTACKS[:-1]:
        assert attack in page, attack
