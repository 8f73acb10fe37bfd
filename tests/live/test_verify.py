# SPDX-License-Identifier: MIT
"""hallwayctl log verify, held against logs that this test makes by itself, from
what doc/protocol/record.md says; openssl signs them."""

import base64
import copy
import datetime
import hashlib
import json
import os
import subprocess

import pytest

from hallwayd import program

ROOM = "hallway@rooms.example"
DAY = "2026-11-20"
AT = 1795132800000


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def new_line(number):
    name = "line%022d" % number
    at = AT + number * 1000
    stanza = "<message><body>line %d \u00e4</body></message>" % number
    salt = os.urandom(16)
    digest = sha(salt, b"%s\n%d\n" % (name.encode(), at), stanza.encode())
    return {"id": name, "at": at, "kind": "talk", "stanza": stanza,
            "salt": salt.hex(), "digest": digest.hex()}


def reckon(lines):
    chain = sha(b"hallway day 1\n%s\n%s\n" % (ROOM.encode(), DAY.encode()))
    for line in lines:
        chain = sha(chain, bytes.fromhex(line["digest"]))
    return chain


class Signer:
    def __init__(self, folder):
        self.key = folder / "key"
        self.public = folder / "public.pem"
        self.data = folder / "data"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                        self.key], check=True)
        subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-out",
                        self.public], check=True)

    def sign(self, text):
        self.data.write_bytes(text)
        made = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.key,
             "-in", self.data], check=True, stdout=subprocess.PIPE).stdout
        return base64.b64encode(made).decode()


@pytest.fixture
def signer(tmp_path):
    return Signer(tmp_path)


def new_log(signer, lines):
    digest = reckon(lines).hex()
    text = "hallway log 1\n%s\n%s\n%d\n%s\n" % (ROOM, DAY, len(lines), digest)
    return {"format": "hallway-log", "version": 1, "room": ROOM,
            "public_key": signer.public.read_text(),
            "days": [{"day": DAY, "digest": digest, "signed_lines": len(lines),
                      "signature": signer.sign(text.encode()),
                      "lines": lines}]}


@pytest.fixture
def log(signer):
    lines = [new_line(n) for n in range(5)]
    # one was taken back, one is not for everybody
    lines[1] = {"id": lines[1]["id"], "at": lines[1]["at"],
                "kind": "tombstone", "digest": lines[1]["digest"],
                "stanza": "<message/>"}
    lines[3] = {"id": lines[3]["id"], "at": lines[3]["at"], "kind": "hidden",
                "digest": lines[3]["digest"]}
    return new_log(signer, lines)


@pytest.fixture
def verify(tmp_path, signer):
    def run(log, *words):
        path = tmp_path / "log.json"
        path.write_text(log if isinstance(log, str) else json.dumps(log))
        done = subprocess.run(
            [program("hallwayctl", "HALLWAYCTL"), "log", "verify",
             *(words or ["--key=%s" % signer.public]), path],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=60)
        return done.returncode, done.stdout

    return run


def test_a_log_as_it_was_kept_is_good(log, verify):
    status, text = verify(log)
    assert status == 0, text
    assert "5 lines, as they were kept" in text
    assert "2 lines were taken back or are not shown" in text


def change_text(lines):
    lines[0]["stanza"] = lines[0]["stanza"].replace("line 0", "line 9")


def change_time(lines):
    lines[0]["at"] += 1


def change_digest(lines):
    lines[2]["digest"] = "00" * 32


def drop(lines):
    del lines[2]


def swap(lines):
    lines[0], lines[2] = lines[2], lines[0]


def add(lines):
    lines.append(new_line(9))


def drop_proof(lines):
    del lines[0]["salt"]
    lines[0]["stanza"] = "<message><body>I never said that</body></message>"


@pytest.mark.parametrize("change", [change_text, change_time, change_digest,
                                    drop, swap, add, drop_proof])
def test_a_changed_log_is_found_out(log, verify, change):
    other = copy.deepcopy(log)
    change(other["days"][0]["lines"])
    status, text = verify(other)
    assert status == 1, text
    assert "this is not the log that was kept" in text


def test_who_changes_and_signs_anew_needs_the_key(log, verify, tmp_path):
    (tmp_path / "other").mkdir()
    forger = Signer(tmp_path / "other")
    forged = new_log(forger, [new_line(n) for n in range(3)])
    status, text = verify(forged)
    assert status == 1 and "not signed by this key" in text
    assert verify(forged, "--key=%s" % forger.public)[0] == 0


def test_what_is_no_log_is_refused(verify):
    assert verify("{}")[0] == 2
    assert verify("[1, 2")[0] == 2


def test_a_log_of_a_daemon_is_good(site, new_talker, tmp_path):
    ann = new_talker(site, "ann")
    ann.say("one")
    gone = ann.say("two")
    ann.take_back(gone)
    ann.say("three")
    day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    answer = site.wait_for("/hallway/%s.json" % day,
                           lambda a: a.status == 200 and "three" in a.text)
    path = tmp_path / "taken.json"
    path.write_bytes(answer.data)
    key = tmp_path / "key.pem"
    key.write_text(site.get("/-/key").text)
    done = subprocess.run(
        [program("hallwayctl", "HALLWAYCTL"), "log", "verify",
         "--key=%s" % key, path], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stdout
    assert "1 days are not closed yet" in done.stdout
