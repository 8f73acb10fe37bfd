# SPDX-License-Identifier: MIT
"""What stands around the daemon: web server, certbot, Grafana, the shell."""

import http.client
import http.server
import json
import os
import re
import socket
import ssl
import stat
import subprocess
import threading

import certs
import hallwayd
import pytest

from process import Process


@pytest.fixture(scope="module")
def daemon(work):
    """A daemon that nobody else can reach."""
    daemon = hallwayd.Hallwayd(
        work / "daemon", ["rooms.test"], ["127.0.0.1:0"], "127.0.0.1:9",
        extra='web: {listen: ["127.0.0.1:0"], url: "http://rooms.test/"}\n')
    daemon.start()
    yield daemon
    daemon.close()


# ---- nginx ----

class LivePage(http.server.BaseHTTPRequestHandler):
    """An answer that goes on: the second line waits until go is set."""

    protocol_version = "HTTP/1.1"
    go = threading.Event()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("X-Told", self.headers["X-Forwarded-Proto"])
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"data: one\n\n")
        self.go.wait(60)
        self.wfile.write(b"data: two\n\n")

    def log_message(self, *_):
        pass


@pytest.fixture
def two_ports():
    """Ports that stay ours until nginx listens there: bound, by us too, so
    that nobody is given them meanwhile."""
    socks = [socket.socket() for _ in range(2)]
    for sock in socks:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", 0))
    yield [sock.getsockname()[1] for sock in socks]
    for sock in socks:
        sock.close()


@pytest.fixture
def nginx(source, two_ports, tmp_path):
    """The example site, its ports and files ours; answers the TLS port."""
    folder = tmp_path
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LivePage)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    pair = certs.Authority(folder / "ca").make("rooms.example.org")
    plain, tls = two_ports
    site = (source / "contrib/nginx/hallway.conf").read_text()
    for old, new in (
            ("127.0.0.1:5280", "127.0.0.1:%d" % upstream.server_port),
            ("/etc/letsencrypt/live/rooms.example.org/fullchain.pem",
             str(pair.cert)),
            ("/etc/letsencrypt/live/rooms.example.org/privkey.pem",
             str(pair.key)),
            ("listen [::]:443 ssl http2;", ""), ("listen [::]:80;", ""),
            ("listen 443 ssl", "listen 127.0.0.1:%d reuseport ssl" % tls),
            ("listen 80;", "listen 127.0.0.1:%d reuseport;" % plain)):
        assert old in site, old
        site = site.replace(old, new)
    (folder / "nginx.conf").write_text(
        "daemon off; master_process off; pid %s/pid; error_log stderr;\n"
        "events {}\nhttp { access_log off; client_body_temp_path %s/t1;\n"
        "proxy_temp_path %s/t2; fastcgi_temp_path %s/t3;\n"
        "uwsgi_temp_path %s/t4; scgi_temp_path %s/t5;\n%s}\n"
        % (folder, folder, folder, folder, folder, folder, site))
    argv = ["nginx", "-p", folder, "-e", "stderr", "-c",
            folder / "nginx.conf"]
    done = subprocess.run(argv + ["-t"], check=False, text=True,
                          stderr=subprocess.PIPE)
    assert done.returncode == 0 and "[warn]" not in done.stderr, done.stderr
    server = Process("nginx", argv, folder / "log")
    try:
        yield plain, tls
    finally:
        server.terminate()
        upstream.shutdown()
        upstream.server_close()


def connect(port):
    """A connection, as soon as the server has opened its port."""
    for _ in range(1200):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            threading.Event().wait(0.05)
    raise AssertionError("nginx does not listen")


def test_live_pages_go_through_nginx_line_by_line(nginx):
    context = ssl._create_unverified_context()
    tls = context.wrap_socket(connect(nginx[1]),
                              server_hostname="rooms.example.org")
    tls.settimeout(60)
    tls.sendall(b"GET /live HTTP/1.1\r\nHost: rooms.example.org\r\n\r\n")
    answer = b""
    LivePage.go.clear()
    while b"data: one" not in answer:   # and the page goes on meanwhile
        answer += tls.recv(4096)
    assert b"X-Told: https" in answer
    assert b"data: two" not in answer
    LivePage.go.set()
    while b"data: two" not in answer:
        answer += tls.recv(4096)


def test_plain_http_is_led_to_https(nginx):
    plain = http.client.HTTPConnection("rooms.example.org")
    plain.sock = connect(nginx[0])
    plain.request("GET", "/hallway/")
    answer = plain.getresponse()
    assert answer.status == 301
    assert answer.getheader("Location") == "https://rooms.example.org/hallway/"


# ---- certbot ----

@pytest.fixture
def hook(source, tmp_path):
    """Runs the hook for a lineage; answers (status, output)."""
    lineage = tmp_path / "lineage"
    lineage.mkdir()
    (tmp_path / "bin").mkdir()
    ctl = tmp_path / "bin/hallwayctl"

    def run(domains, ctl_status=0, number=1):
        for name in ("fullchain", "privkey"):
            (lineage / (name + ".pem")).write_text(
                "%s %d\n" % (name, number))
        ctl.write_text("#!/bin/sh\necho told: \"$@\"\nexit %d\n" % ctl_status)
        ctl.chmod(0o755)
        done = subprocess.run(
            [source / "contrib/certbot/hallway-deploy"], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={"PATH": "%s:%s" % (tmp_path / "bin", os.environ["PATH"]),
                 "HALLWAY_CERTS": str(tmp_path / "certs"),
                 "HALLWAY_GROUP": "daemon", "RENEWED_LINEAGE": str(lineage),
                 "RENEWED_DOMAINS": domains})
        return done.returncode, done.stdout

    return run


def test_certbot_hook_hands_the_pair_to_the_group(hook, tmp_path):
    folder = tmp_path / "certs/rooms.example.org"
    folder.mkdir(parents=True)
    for number in (1, 2):
        status, said = hook("*.example.org rooms.example.org ../lineage",
                            number=number)
        assert status == 0 and "told: reload" in said
        assert sorted(path.name for path in folder.iterdir()) == [
            "fullchain.pem", "privkey.pem"]
        for path in folder.iterdir():
            assert path.read_text() == "%s %d\n" % (path.stem, number)
            found = path.stat()
            assert stat.S_IMODE(found.st_mode) == 0o640
            assert found.st_uid == 0 and found.st_gid == 1      # daemon
    assert [path.name for path in (tmp_path / "certs").iterdir()] == [
        "rooms.example.org"]


def test_certbot_hook_leaves_other_domains_alone(hook, tmp_path):
    (tmp_path / "certs").mkdir()
    assert hook("www.example.org") == (0, "")
    assert not list((tmp_path / "certs").iterdir())


def test_certbot_hook_tells_of_a_reload_that_failed(hook, tmp_path):
    (tmp_path / "certs/rooms.example.org").mkdir(parents=True)
    assert hook("rooms.example.org", 1)[0] == 1
    assert hook("rooms.example.org", 3)[0] == 0     # it does not run


# ---- Grafana ----

def test_the_dashboard_shows_what_the_daemon_counts(source, daemon):
    board = json.loads((source / "contrib/grafana/hallway.json").read_text())
    known = {line.split()[0] for line in daemon.ctl("metrics").splitlines()
             if not line.startswith("#")}
    said = " ".join(target["expr"] for panel in board["panels"]
                    for target in panel["targets"])
    said += json.dumps([board["templating"], board["annotations"]])
    patterns = re.findall(r'__name__=~"(hallway_[^"]*)"', said)
    names = set(re.findall(r"\bhallway_[a-z0-9_]+\b(?!\.)", said))
    assert len(names) > 20 and patterns
    assert names - known == set()
    for pattern in patterns:
        assert [name for name in known if re.fullmatch(pattern, name)]
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(set(numbers)) == len(numbers)


# ---- guides ----

def test_the_guides_name_commands_that_there_are(source, daemon):
    known = {re.sub(r" [^a-z]*$", "", re.sub(r" \[?[A-Z].*", "", row["name"]))
             for row in map(json.loads,
                            daemon.ctl("--json", "help").splitlines())}
    known |= {"store restore", "log verify", "record verify"}
    said = []
    for name in ("operators-guide.md", "chairs-page.md", "users-page.md"):
        text = (source / "doc" / name).read_text()
        said += re.findall(r"hallwayctl ((?:[a-z0-9]+ ?)+)", text)
        said += re.findall(
            r"\*((?:rooms|people|hats|leaders|meetings) [a-z]+)\*", text)
    assert len(said) > 15
    for words in said:
        words = words.split()
        assert words == ["help"] or any(
            " ".join(words[:count]) in known for count in (1, 2)), words


# ---- bash ----

def complete(source, line, folder):
    """What bash offers at the end of this line ."""
    done = subprocess.run(
        ["bash", "-c", """
            . "$1"
            cd "$2"
            IFS=' ' read -r -a COMP_WORDS <<< "$3"
            [ "${3: -1}" = ' ' ] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMPREPLY=()
            _hallwayctl
            printf '%s\\n' "${COMPREPLY[@]}"
        """, "bash", source / "contrib/bash-completion/hallwayctl", folder,
         line], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True)
    return done.stdout.split()


def test_completion_asks_the_daemon(source, daemon, tmp_path):
    ctl = "%s -s %s " % (hallwayd.program("hallwayctl", "HALLWAYCTL"),
                         daemon.control)
    rows = [json.loads(line)["name"]
            for line in daemon.ctl("--json", "help").splitlines()]
    rows += ["log verify FILE", "record verify ZIP",
             "store restore FOLDER"]     # without it
    first = {name.split()[0] for name in rows}
    assert set(complete(source, ctl, tmp_path)) == first
    assert complete(source, ctl + "stat", tmp_path) == ["status"]
    assert set(complete(source, ctl + "s2s ", tmp_path)) == {
        name.split()[1] for name in rows if name.startswith("s2s ")}
    assert complete(source, ctl + "--json s2s c", tmp_path) == ["check"]
    assert complete(source, ctl + "s2s check ", tmp_path) == []


def test_completion_asks_what_a_command_takes(source, daemon, tmp_path):
    ctl = "%s -s %s " % (hallwayd.program("hallwayctl", "HALLWAYCTL"),
                         daemon.control)
    (tmp_path / "groups.json").write_text("")
    assert complete(source, ctl + "stop --f", tmp_path) == ["--farewell="]
    assert complete(source, ctl + "s2s check a.example --fr", tmp_path) == [
        "--from="]
    assert complete(source, ctl + "rooms import gr", tmp_path) == [
        "groups.json"]
    assert "--apply" in complete(source, ctl + "rooms import groups.json --",
                                 tmp_path)
    assert complete(source, ctl + "rooms show ", tmp_path) == ["hallway"]
    assert set(complete(source, ctl + "people set hallway a@b.example ",
                        tmp_path)) >= {"owner", "admin", "member", "none"}


def test_completion_without_a_daemon_knows_the_usual(source, tmp_path):
    ctl = "%s -s %s " % (hallwayd.program("hallwayctl", "HALLWAYCTL"),
                         tmp_path / "none")
    assert {"help", "status", "s2s", "stop"} <= set(
        complete(source, ctl, tmp_path))
    assert "check" in complete(source, ctl + "s2s ", tmp_path)
    (tmp_path / "day.json").write_text("")
    assert complete(source, ctl + "log verify ", tmp_path) == ["day.json"]


def test_completion_of_options_and_of_the_socket(source, tmp_path):
    ctl = "%s " % hallwayd.program("hallwayctl", "HALLWAYCTL")
    (tmp_path / "control").write_text("")
    assert complete(source, ctl + "-s ", tmp_path) == ["control"]
    assert complete(source, ctl + "--socket = con", tmp_path) == ["control"]
    assert "--json" in complete(source, ctl + "-", tmp_path)
    assert "--socket" not in complete(source, ctl + "status -", tmp_path)
