# SPDX-License-Identifier: MIT
"""What can be taken along: every form says the same, and nothing private."""

import datetime
import hashlib
import io
import json
import xml.etree.ElementTree as ET
import zipfile

import pytest

FORMS = ("txt", "json", "jsonl", "xml", "md", "chatlog.json")


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


@pytest.fixture
def said(site, new_talker):
    """A room in which of everything something was said: their ids."""
    ann = new_talker(site, "ann")
    bob = new_talker(site, "bob", domain="two.test")
    ids = {"hello": ann.say("hello &lt;b&gt; *you*\nsecond line")}
    ids["typo"] = ann.say("teh word")
    ann.say("the word", "<replace xmlns='urn:xmpp:message-correct:0' id='%s'/>"
            % ann.last_name)
    ids["me"] = bob.say("/me waves")
    ids["gone"] = bob.say("a secret")
    bob.say("", "<reactions xmlns='urn:xmpp:reactions:0' id='%s'><reaction>"
            "+</reaction></reactions>" % ids["hello"])
    bob.take_back(ids["gone"])
    ids["last"] = ann.say("the end")
    site.wait_for("/hallway/%s.txt" % today(),
                  lambda a: a.status == 200 and "the end" in a.text)
    return ids


def test_every_form_of_a_day(site, said):
    answers = {form: site.get("/hallway/%s.%s" % (today(), form))
               for form in FORMS}
    for form, answer in answers.items():
        assert answer.status == 200, form
        assert "the end" in answer.text, form
        assert "a secret" not in answer.text, form
        assert "one.test" not in answer.text, form
        assert "two.test" not in answer.text, form
        assert "127.0.0.1" not in answer.text.replace(site.url, ""), form
    lines = answers["txt"].text.splitlines()
    assert len(lines) == 5
    assert lines[0].endswith(said["hello"] +
                             " [ann] hello <b> *you*\\nsecond line")
    assert lines[1].endswith("[ann] the word (corrected)")
    assert lines[2].endswith("[bob] /me waves")
    assert lines[3].endswith("[bob] (taken back by the author)")
    assert "hello \\<b\\> \\*you\\*\\\n  second line" in answers["md"].text
    log = answers["json"].json()
    assert log["format"] == "hallway-log" and log["version"] == 1
    shown = {line["id"]: line for line in log["days"][0]["lines"]}
    assert shown[said["hello"]]["text"] == "hello <b> *you*\nsecond line"
    gone = shown[said["gone"]]
    assert gone["retracted"]["by"] == "author" and "salt" not in gone
    objects = [json.loads(line) for line in
               answers["jsonl"].text.splitlines()]
    assert [line["id"] for line in objects] == list(shown)
    root = ET.fromstring(answers["xml"].data)
    name = "{urn:hallway:log:1}"
    assert [line.get("id") for line in root.iter(name + "line")] == list(shown)
    assert all(line.find("{jabber:server}message") is not None
               for line in root.iter(name + "line"))
    chatlog = answers["chatlog.json"].json()
    assert [set(entry) for entry in chatlog] == [{"author", "text",
                                                  "time"}] * 5
    assert chatlog[0]["author"] == "ann"
    assert chatlog[0]["text"].startswith("<p>hello &lt;b&gt;")
    assert chatlog[0]["time"].endswith("Z")


def test_years_and_ranges_are_the_days_together(site, said):
    day = today()
    for form in FORMS:
        year = site.get("/hallway/%s.%s" % (day[:4], form))
        span = site.get("/hallway/export.%s?from=%s&to=%s" % (
            form, day[:4] + "-01-01", day))
        assert year.status == 200 and year.text == span.text, form
        assert year.text == site.get("/hallway/%s.%s" % (day, form)).text
        assert "attachment" in year.headers["Content-Disposition"]
    assert site.get("/hallway/1999.txt").status == 404
    assert site.get("/hallway/export.txt?from=x&to=y").status == 400


def test_the_zip_has_all_and_a_manifest(site, said):
    day = today()
    answer = site.get("/hallway/%s.zip" % day[:4])
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    names = archive.namelist()
    assert {"hallway/%s.%s" % (day, form) for form in FORMS} <= set(names)
    listed = archive.read("hallway/MANIFEST.sha256").decode().splitlines()
    for line in listed:
        digest, name = line.split("  ")
        data = archive.read("hallway/" + name)
        assert hashlib.sha256(data).hexdigest() == digest
    assert len(listed) == len(names) - 1
    assert archive.read("hallway/key.pem").decode() == site.get("/-/key").text
    assert (archive.read("hallway/%s.txt" % day).decode() ==
            site.get("/hallway/%s.txt" % day).text)


def test_nothing_said_is_nothing_to_take(site):
    assert site.get("/hallway/1999-01-01.json").status == 404
    assert site.get("/nosuchroom/%s.txt" % today()).status == 404
