# SPDX-License-Identifier: MIT
"""All the ways in which the record of a room is read: the pages, their exports,
XEP-0313, the control tool. Each answers {stanza-id: text}, in the order of the
record; the text of what was taken back is None. Left out is what is no talk:
subjects, and the wish to take something back."""

import contextlib
import html
import json
import re
import time
import urllib.request

MAM = "{urn:xmpp:mam:2}"
RSM = "{http://jabber.org/protocol/rsm}"
SID = "{urn:xmpp:sid:0}stanza-id"
RETRACT = "{urn:xmpp:message-retract:1}retract"
RETRACTED = RETRACT + "ed"
FIELD = "<field var='%s'><value>%s</value></field>"
PAGE = 100
MAX_COUNTED = 10000


def without_double(pairs):
    pairs = list(pairs)
    views = dict(pairs)
    assert len(views) == len(pairs), "something stands there twice"
    return views


def fetch(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def days(first, last):
    """Of UTC, from moment to moment."""
    noon = first - first % 86400 + 43200
    while noon - 43200 <= last:
        yield time.strftime("%Y-%m-%d", time.gmtime(noon))
        noon += 86400


def lines_of_page(page):
    for kind, ident, inside in re.findall(
            r'<li class="(\w+)(?: marked)?" id="([^"]+)"[^>]*>(.*?)</li>\n',
            page, re.S):
        text = re.search(r'<span class="text"[^>]*>(.*?)</span>', inside, re.S)
        yield ident, None if kind == "tombstone" else html.unescape(text[1])


def day_pages(url, room, the_days):
    found = []
    for day in the_days:
        with contextlib.suppress(urllib.error.HTTPError):
            found += lines_of_page(fetch("%s/%s/%s" % (url, room, day)))
    return without_double(found)


def web_export(url, room, the_days):
    text = fetch("%s/%s/export.jsonl?from=%s&to=%s" % (
        url, room, the_days[0], the_days[-1]))
    lines = [json.loads(line) for line in text.splitlines()]
    return without_double(
        (line["id"], None if line["kind"] == "tombstone" else line["text"])
        for line in lines if line["kind"] not in ("subject", "other"))


def text_export(url, room, the_days):
    """The form of one line each: only ids, to hold beside the others."""
    text = fetch("%s/%s/export.txt?from=%s&to=%s" % (
        url, room, the_days[0], the_days[-1]))
    return [line.split(" ")[1] for line in text.splitlines()
            if "(subject)" not in line]


def ctl_export(host, room, path):
    host.ctl("store", "export", room, str(path))
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    return without_double((line["id"], line.get("text")) for line in lines
                          if "<subject" not in line["stanza"]
                          and "<retract " not in line["stanza"])


def ask_archive(peer, stream, user, room, fields="", paging=""):
    """One page: the results, and the end."""
    asked = stream.ask(
        user, room, "<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' "
        "type='submit'>%s%s</x><set xmlns='http://jabber.org/protocol/rsm'>"
        "%s</set></query>" % (FIELD % ("FORM_TYPE", "urn:xmpp:mam:2"), fields,
                              paging), kind="set")
    results = []
    while True:
        stanza = peer.receive(lambda s: s.get("to") == user)
        result = stanza.find(MAM + "result")
        if result is not None:
            results.append(result)
        elif stanza.get("id") == asked:
            assert stanza.get("type") == "result", "the archive refuses"
            return results, stanza.find(MAM + "fin")


def said_in(result):
    message = result.find(".//{*}message")
    ids = [s.get("id") for s in message.findall(SID)]
    is_gone = message.find(RETRACTED) is not None
    assert is_gone or ids == [result.get("id")]
    return (result.get("id"), None if is_gone else
            message.findtext("{*}body"),
            message.find("{*}subject") is None
            and message.find(RETRACT) is None)


def archive_pages(peer, stream, user, room, is_backward=False, fields=""):
    """Paged from one end to the other; the count has to be true."""
    found, place, seen = [], "<before/>" if is_backward else "", 0
    while True:
        results, end = ask_archive(peer, stream, user, room, fields,
                                   "<max>%d</max>%s" % (PAGE, place))
        rows = [said_in(result) for result in results]
        found = rows + found if is_backward else found + rows
        seen += len(rows)
        if end.get("complete") == "true":
            count = end.findtext(".//" + RSM + "count")
            # what was searched is not counted beyond that
            assert count == str(seen) or (not count and fields
                                          and seen > MAX_COUNTED)
            return without_double((ident, text) for ident, text, is_talk
                                  in found if is_talk)
        assert rows
        place = ("<before>%s</before>" % end.findtext(".//" + RSM + "first")
                 if is_backward else
                 "<after>%s</after>" % end.findtext(".//" + RSM + "last"))
