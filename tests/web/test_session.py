# SPDX-License-Identifier: MIT
"""Pages of sessions, and what can be taken along of them."""

import hashlib
import html
import io
import json
import os
import re
import sqlite3
import subprocess
import zipfile

import pytest

from conftest import wait_for
from interim import DAY, NAME, PLANNED, ROOM, hold, moment, plan
from record import PAGES_HOST, Host, at

BASE = f"/{ROOM}/meeting/{NAME}/"


@pytest.fixture(scope="module")
def interim(tmp_path_factory):
    host = Host(tmp_path_factory.mktemp("interim"))
    host.serve()
    host.site({"local": ROOM, "name": "DNS Operations", "occupants": 3})
    ids = hold(host)
    plan(host)
    yield host, ids
    host.close()


def text_of(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", page)))


def test_a_session_tells_what_happened(interim):
    host, ids = interim
    answer = host.get(BASE)
    text = text_of(answer.text)
    assert answer.status == 200
    for piece in ("Interim & more", "ended", "2015-11-20 14:00 to 14:15",
                  "1. Glue *records*", "Alice: the draft is ready for last "
                  "call", "does it scale <b>?", "relayed 14:06",
                  "(not relayed)", "2 raised a hand, 1 did not, 0 "
                  "abstained, of 3 present; not a vote", "adopt the draft",
                  "Bob Builder (Example Org)", "People in the room3"):
        assert piece in text, piece
    assert f'href="/{ROOM}/m/{ids["action"]}"' in answer.text
    for gone in ("redy", "slip of the pen", "a secret slipped", "home.example",
                 "too early", "too late"):
        assert gone not in answer.text, gone


def test_times_can_be_those_of_the_venue(interim):
    host, _ = interim
    text = text_of(host.get(BASE + "?tz=Europe/Madrid").text)
    assert "2015-11-20 15:00 to 15:15 (Europe/Madrid)" in text
    assert "not known here" in text_of(host.get(BASE + "?tz=Nowhere").text)


def test_minutes_come_in_markdown(interim):
    host, ids = interim
    answer = host.get(BASE + "minutes.md")
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    link = f"https://rooms.example/{ROOM}/m/"
    assert answer.text == MINUTES.replace("LINK", link) % ids


MINUTES = r"""# Interim \& more

- Room: DNS Operations, [https://rooms.example/dnsop/meeting/2015-11-20-1400/](https://rooms.example/dnsop/meeting/2015-11-20-1400/)
- Time: 2015-11-20 14:00 to 14:15 UTC
- State: ended
- Agenda: https://example.org/agenda?x=1&y=2
- People in the room: 3
- Scribes: bob
- Present, by their own word: Bob Builder \(Example Org\)

A draft that the room wrote of what was typed in it. Times lead to the log.

## Contents

1. Glue \*records\*
2. Next steps

## 1. Glue \*records\*

Begun [14:03](LINK%(topic1)s).

- [14:04](LINK%(said)s) **Alice:** the draft is ready for last call
- [14:05](LINK%(mic1)s) **MIC 1**, carol: does it scale \<b\>? *(relayed 14:06)*
- [14:06](LINK%(mic2)s) **MIC 2**, carol: and who pays? *(not relayed)*
- [14:08](LINK%(action)s) **Action:** alice to ship it

## 2. Next steps

Begun [14:10](LINK%(topic2)s).

- [14:11](LINK%(hands)s) **Show of hands:** adopt? *(2 raised a hand, 1 did not, 0 abstained, of 3 present; not a vote)*
- [14:13](LINK%(decision)s) **Decision:** adopt the draft
- [14:14](LINK%(secret)s) \(taken back\)

## Actions

- [14:08](LINK%(action)s) alice to ship it

## Decisions

- [14:13](LINK%(decision)s) adopt the draft
"""


def test_nobody_sees_what_is_not_public(interim):
    host, _ = interim
    assert host.get(f"/{ROOM}/meeting/2031-01-17-1500/").status == 404
    assert host.get(f"/{ROOM}/meeting/1999-01-01-0000/").status == 404
    assert host.get(f"/{ROOM}/meeting/{PLANNED}/minutes.md").status == 404
    page = host.get(f"/{ROOM}/meeting/{PLANNED}/")
    assert "has not begun yet" in page.text


def test_the_datatracker_gets_chatlog_and_polls(interim):
    host, _ = interim
    chatlog = json.loads(host.get(BASE + "chatlog.json").text)
    assert {tuple(sorted(entry)) for entry in chatlog} == {
        ("author", "text", "time")}
    assert chatlog[0]["time"] == "2015-11-20T14:00:00.000Z"
    assert len(chatlog) == 19
    assert json.loads(host.get(BASE + "polls.json").text) == [{
        "start_time": "2015-11-20T14:11:00.000Z",
        "end_time": "2015-11-20T14:12:00.000Z", "text": "adopt?",
        "raise_hand": 2, "do_not_raise_hand": 1}]


def unpack(answer):
    assert answer.status == 200
    with zipfile.ZipFile(io.BytesIO(answer.body)) as package:
        return {name: package.read(name).decode()
                for name in package.namelist()}


def test_the_package_has_all_of_it_and_does_not_change(interim):
    host, _ = interim
    first = host.get(BASE + "record.zip")
    files = unpack(first)
    assert sorted(files) == sorted([
        "session.json", "transcript.txt", "transcript.html",
        "transcript.json", "chatlog.json", "polls.json", "minutes.md",
        "minutes.html", "attendance.json", "tombstones.json", "key.pem",
        "MANIFEST.sha256", "MANIFEST.sig"])
    assert json.loads(files["session.json"])["revision"] == 1
    assert json.loads(files["attendance.json"]) == {
        "people": 3, "present": [{"name": "Bob Builder",
                                  "affiliation": "Example Org"}]}
    assert json.loads(files["tombstones.json"])[0]["reason"] == "personal data"
    assert len(json.loads(files["transcript.json"])["lines"]) == 19
    assert not any("a secret slipped" in text for text in files.values())
    assert host.get(BASE + "record.zip").body == first.body
    assert host.get(BASE + "record-2.zip").status == 404
    assert host.get(BASE + "other.zip").status == 404


def test_what_is_taken_back_leaves_the_package(interim):
    host, ids = interim
    before = host.get(BASE + "record.zip")
    assert "ship it" in unpack(before)["transcript.txt"]
    host.take_back(ROOM, moment("16:00:00"), "bob", ids["action"])
    gone = host.get(BASE + "record.zip")
    assert gone.status == 410
    assert f"{BASE}record-2.zip" in gone.text
    files = unpack(host.get(BASE + "record-2.zip"))
    assert not any("ship it" in text for text in files.values())
    assert json.loads(files["session.json"])["revision"] == 2
    page = host.get(BASE)
    assert "This is revision 2" in page.text
    assert "ship it" not in page.text
    assert "ship it" not in host.get(BASE + "minutes.md").text


HALLWAYCTL = os.environ.get(
    "HALLWAYCTL", os.path.join(os.path.dirname(PAGES_HOST), "../../hallwayctl"))


def verify(*arguments):
    done = subprocess.run([HALLWAYCTL, "record", "verify", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def package(interim, tmp_path_factory):
    host, _ = interim
    page = host.get(BASE).text
    path = re.search(r'href="([^"]*/record[-0-9]*\.zip)"', page)[1]
    folder = tmp_path_factory.mktemp("package")
    (folder / "record.zip").write_bytes(host.get(path).body)
    (folder / "key.pem").write_bytes(host.get("/-/key").body)
    return folder


def rewrite(package, change):
    """The record with other files in it."""
    with zipfile.ZipFile(package / "record.zip") as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    with zipfile.ZipFile(package / "changed.zip", "w") as new:
        for name, content in files.items():
            new.writestr(name, content)
    return package / "changed.zip"


def test_a_record_is_verified_anywhere(package):
    code, told = verify(package / "record.zip")
    assert code == 0, told
    assert f'session "{NAME}" of "{ROOM}@rooms.example"' in told
    assert "11 files, each as the manifest has it" in told
    assert "the key in the file itself" in told
    code, told = verify(f"--key={package}/key.pem", package / "record.zip")
    assert (code, "signed by the key in" in told) == (0, True)


def change_text(files):
    files["minutes.md"] += b"and one more decision\n"


def change_all(files):
    """As somebody would who knows the manifest."""
    change_text(files)
    digest = hashlib.sha256(files["minutes.md"]).hexdigest()
    files["MANIFEST.sha256"] = re.sub(
        rb"[0-9a-f]{64}(?=  minutes.md)", digest.encode(),
        files["MANIFEST.sha256"])


TAMPERED = [
    (change_text, '"minutes.md" is not what it was'),
    (change_all, "is not signed by this key"),
    (lambda files: files.pop("polls.json"), "in the manifest and not in"),
    (lambda files: files.update({"x.txt": b"x"}), "not in the manifest"),
    (lambda files: files.pop("MANIFEST.sig"), "is not signed by this key"),
]


@pytest.mark.parametrize("change,fault", TAMPERED)
def test_a_changed_record_is_found_out(package, change, fault):
    code, told = verify(f"--key={package}/key.pem", rewrite(package, change))
    assert code == 1
    assert fault in told and "this is not the record that was made" in told


def test_another_key_signed_nothing(package):
    other = package / "other.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                    package / "secret.pem"], check=True)
    subprocess.run(["openssl", "pkey", "-in", package / "secret.pem",
                    "-pubout", "-out", other], check=True)
    assert verify(f"--key={other}", package / "record.zip")[0] == 1
    assert verify(package / "nothing.zip")[0] == 2
    assert verify(package / "key.pem")[0] == 2
    assert verify()[0] == 2


def test_the_log_tells_what_lines_were(interim):
    host, ids = interim
    page = host.get(f"/{ROOM}/{DAY}").text

    def marks(key):
        line = re.search(rf'<li [^>]*id="{ids[key]}".*?</li>\n', page, re.S)[0]
        return re.findall(r'<strong class="mark">(.*?)</strong>', line)

    assert marks("topic1") == ["Topic"]
    assert marks("said") == ["Scribe"]
    assert marks("mic1") == [
        f'MIC 1, relayed <time datetime="{DAY}T14:06:00.000Z">14:06</time>']
    assert marks("mic2") == ["MIC 2"]
    assert marks("decision") == ["Decision"]
    assert marks("slip") == [], "undone"
    assert marks("secret") == [], "taken back"


def test_the_bustle_of_the_queue_is_folded(interim):
    host, ids = interim
    pattern = r'<li class="chatter"><details%s><summary>.*?</details></li>'
    folded = re.findall(pattern % "", host.get(f"/{ROOM}/{DAY}").text, re.S)
    assert len(folded) == 2
    assert f'id="{ids["mic 1 done"]}"' in folded[0]
    assert f'id="{ids["queue"]}"' in folded[1]
    open_ones = host.get(f"/{ROOM}/{DAY}?all=1").text
    assert len(re.findall(pattern % ' open=""', open_ones, re.S)) == 2


def test_a_mark_comes_to_a_day_that_is_kept(interim):
    host, ids = interim
    path = f"/{ROOM}/{DAY}"
    told = f'<time datetime="{DAY}T14:59:00.000Z">14:59</time>'
    assert told not in host.get(path).text
    host.note(ROOM, NAME, moment("14:59:00"), "mic-done", number=2)
    assert f"MIC 2, relayed {told}" in host.get(path).text
    assert "relayed 14:59" in host.get(BASE).text


@pytest.mark.parametrize("kind,keys", [
    ("action", {"action"}), ("decision", {"decision"}), ("topic", {"topic1", "topic2"}),
    ("mic", {"mic1", "mic2"}), ("hands", {"hands"})])
def test_search_finds_lines_by_what_they_were(interim, kind, keys):
    host, ids = interim
    for path in ("/-/search", f"/{ROOM}/search"):
        found = re.findall(r'<li [^>]*id="(line\d+)"',
                           host.get(f"{path}?q=is:{kind}").text)
        assert set(found) == {ids[key] for key in keys}
    page = host.get("/-/search?q=is:mic+scale").text
    assert re.findall(r'<li [^>]*id="(line\d+)"', page) == [ids["mic1"]]


def test_search_says_what_a_line_can_be(interim):
    host, _ = interim
    assert "but not is:cake" in host.get("/-/search?q=is:cake").text


def test_the_day_leads_to_its_session(interim):
    host, _ = interim
    page = host.get(f"/{ROOM}/{DAY}").text
    assert f'Session: <a href="{BASE}">' in page


def test_what_is_kept_no_longer_has_no_record(tmp_path):
    host = Host(tmp_path)
    host.serve()
    host.site({"local": ROOM})
    hold(host)
    records = tmp_path / "records"
    assert host.get(BASE + "record.zip").status == 200
    assert len(list(records.iterdir())) == 1
    with sqlite3.connect(tmp_path / "hallway.db") as database:
        database.execute("INSERT INTO kept (one, since) VALUES (1, ?)",
                         (at("2015-11-25"),))
    database.close()
    # another session is planned, and what is over is looked for
    host.meeting(ROOM, "2031-02-01-1000", "planned",
                 planned=at("2031-02-01"))
    wait_for(lambda: not list(records.iterdir()))
    assert host.get(BASE + "record.zip").status == 410
    host.close()


def test_a_correction_that_is_taken_back_is_in_no_minutes(tmp_path):
    host = Host(tmp_path)
    host.serve()
    host.site({"local": ROOM, "name": "DNS Operations"})
    hold(host)
    line = host.say(ROOM, moment("14:10:30"), "bob", "action: mend it",
                    sent_id="mend")
    host.note(ROOM, NAME, moment("14:10:30"), "action", line=line,
              text="mend it")
    fresh = host.correct(ROOM, moment("14:10:40"), "bob",
                         "action: a secret deed", "mend")
    host.note(ROOM, NAME, moment("14:10:40"), "corrected", line=line,
              text="a secret deed")
    paths = [BASE, BASE + "minutes.md", "/-/decisions.atom"]
    for path in paths:
        text = host.get(path).text
        assert "a secret deed" in text and "mend it" not in text
    host.take_back(ROOM, moment("14:40:00"), "bob", fresh)
    for path in paths:
        text = host.get(path).text
        assert "a secret deed" not in text and "mend it" in text
    host.close()


def test_an_open_session_is_followed_without_script(tmp_path):
    host = Host(tmp_path)
    host.serve()
    host.site({"local": ROOM, "name": "DNS Operations"})
    host.meeting(ROOM, NAME, "open", "Open", started=moment("14:00:00"))
    assert 'http-equiv="refresh"' not in host.get(BASE).text
    assert 'http-equiv="refresh"' in host.get(BASE + "?live=1").text
    assert host.get(BASE + "record.zip").status == 404
    host.close()


def test_pages_made_for_one_alone_are_counted(tmp_path):
    host = Host(tmp_path)
    host.serve(search_rate=3)
    host.site({"local": ROOM, "name": "DNS Operations"})
    hold(host)
    codes = {host.get(BASE + f"?tz=UTC&n={n}").status for n in range(9)}
    assert codes == {200, 429}
    assert {host.get(BASE).status for _ in range(9)} == {200}
    host.close()
