# SPDX-License-Identifier: MIT
"""Days that are over are kept as files, and the files follow what is changed."""

import gzip
import os
import subprocess

import pytest

from record import at, today

DAY = "2015-11-20"
NEXT = "2015-11-21"
FORMS = ("", ".txt", ".json", ".jsonl", ".xml", ".md", ".chatlog.json")


@pytest.fixture
def days(fresh):
    """A room with two days that are over."""
    fresh.lines = [fresh.say("council", at(DAY) + i * 1000, "ana",
                             f"line {i} of many that are much alike")
                   for i in range(40)]
    fresh.say("council", at(NEXT), "ana", "the day after")
    fresh.serve()
    fresh.site(dict(local="council", name="Council"))
    return fresh


def files(host):
    return sorted(os.listdir(host.folder / "days"))


def counter(host, name):
    for line in host.get("/metrics").text.splitlines():
        if line.startswith(f"hallway_web_kept_{name}"):
            return int(line.split()[1])
    return None


def test_the_second_answer_is_the_file(days):
    path = f"/council/{DAY}"
    first, second = days.get(path), days.get(path)
    assert first.status == second.status == 200
    assert first.body == second.body and b"line 39" in first.body
    assert first.headers["ETag"] == second.headers["ETag"]
    assert second.headers["Cache-Control"] == "public, max-age=300"
    assert counter(days, "made_total") == 1
    assert counter(days, "hits_total") == 1
    assert days.get(path, If_None_Match=first.headers["ETag"]).status == 304
    head = days.get(path, method="HEAD")
    assert head.body == b""
    assert int(head.headers["Content-Length"]) == len(first.body)


@pytest.mark.parametrize("form", FORMS)
def test_it_is_the_same_in_every_coding(days, form):
    path = f"/council/{DAY}{form}"
    plain = days.get(path)
    packed = days.get(path, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
    assert len(packed.body) < len(plain.body) / 2
    small = days.get(path, Accept_Encoding="gzip, br")
    assert small.headers["Content-Encoding"] == "br"
    done = subprocess.run(["brotli", "-dc"], input=small.body,
                          stdout=subprocess.PIPE, check=True)
    assert done.stdout == plain.body
    assert days.get(path, Accept_Encoding="br;q=0").body == plain.body


def test_what_is_taken_back_ends_the_files(days):
    paths = [f"/council/{DAY}{form}" for form in FORMS]
    other = days.get(f"/council/{NEXT}")
    before = [days.get(path) for path in paths]
    assert all(b"line 7 of many" in answer.body for answer in before)
    days.take_back("council", at(NEXT), "ana", days.lines[7],
                   reason="for good")
    for path, old in zip(paths, before):
        now = days.get(path, If_None_Match=old.headers["ETag"])
        assert now.status == 200, path
        assert b"line 7 of many" not in now.body, path
        assert b"line 8 of many" in now.body, path
        assert days.get(path).body == now.body
    # the other day was not made anew
    made = counter(days, "made_total")
    assert days.get(f"/council/{NEXT}").body == other.body
    assert counter(days, "made_total") == made


def test_midnight_parts_no_line_from_its_correction(fresh):
    last = at(DAY, "23:59:50")
    fresh.say("council", last, "ana", "good nihgt", sent_id="last")
    late = fresh.correct("council", last + 20000, "ana", "good night", "last")
    fresh.serve()
    fresh.site(dict(local="council", name="Council"))
    page, text = fresh.get(f"/council/{DAY}"), fresh.get(f"/council/{DAY}.txt")
    assert '<time datetime="%sT00:00:10Z">' % NEXT in page.text.replace(
        ".000Z", "Z")
    assert text.text.endswith("good night (corrected)\n")
    assert late not in page.text
    assert late in fresh.get(f"/council/{NEXT}").text
    # the day before follows when it is taken back
    fresh.take_back("council", last + 30000, "ana", late)
    assert "good night" not in fresh.get(f"/council/{DAY}").text


def test_a_gap_that_is_told_later_is_on_the_page(days):
    path = f"/council/{DAY}"
    assert "example.org" not in days.get(path).text
    days.gap(None, at(DAY, "12:00:10"), at(DAY, "12:00:20"), "example.org")
    assert "example.org" in days.get(path).text


def test_a_new_day_is_linked_from_the_one_before(days):
    path = f"/council/{NEXT}"
    assert today() not in days.get(path).text
    days.say("council", at(today(), "00:00:01"), "ana", "good morning")
    assert f"/council/{today()}" in days.get(path).text


def test_only_plain_pages_of_open_rooms_are_kept(days):
    days.get(f"/council/{DAY}?presence=1")
    days.get(f"/council/{DAY}?tz=Europe/Madrid")
    assert files(days) == []
    days.get(f"/council/{DAY}")
    assert len(files(days)) == 3
    days.site(dict(local="council", name="Council", is_on_web=False))
    days.get(f"/council/{DAY}")
    assert counter(days, "hits_total") == 0


def test_today_is_kept_until_something_is_said(days):
    path = f"/council/{today()}"
    days.say("council", at(today(), "00:00:01"), "ana", "good morning")
    first = days.get(path)
    made = counter(days, "made_total")
    assert days.get(path).body == first.body
    assert first.headers["Cache-Control"] == "no-cache"
    tag = first.headers["ETag"]
    assert days.get(path, If_None_Match=tag).status == 304
    packed = days.get(path, Accept_Encoding="br, gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == first.body
    assert counter(days, "made_total") == made
    line = days.say("council", at(today(), "00:00:02"), "ana", "and again")
    now = days.get(path, If_None_Match=tag)
    assert now.status == 200 and "and again" in now.text
    days.take_back("council", at(today(), "00:00:03"), "ana", line)
    assert "and again" not in days.get(path).text
    days.say("council", at(today(), "00:00:04"), "ana", "unseen",
             is_public=False)
    assert "unseen" not in days.get(path).text


def test_the_bound_is_kept_and_the_folder_emptied(fresh):
    for n in range(1, 21):
        fresh.say("council", at(f"2015-10-{n:02}"), "ana", "x" * 5000)
    fresh.serve(cache_size=60000)
    fresh.site(dict(local="council", name="Council"))
    for n in range(1, 21):
        assert fresh.get(f"/council/2015-10-{n:02}").status == 200
        assert counter(fresh, "bytes") <= 60000
    kept = sum((fresh.folder / "days" / name).stat().st_size
               for name in files(fresh))
    assert 20000 < kept == counter(fresh, "bytes")
    fresh.close()
    assert files(fresh) == []
