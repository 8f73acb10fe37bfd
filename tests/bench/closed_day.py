#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""closed_day.py [SECONDS]: how fast a day that is over is served, and how fast
nginx serves the same bytes from a file: in turn, A B A B, over kept-open
connections on loopback, by wrk. Both have one thread. Programs: $PAGES_HOST or
build/tests/web/pages_host, nginx, wrk."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "web"))
os.environ.setdefault("PAGES_HOST", str(HERE.parents[1] /
                                        "build/tests/web/pages_host"))
sys.dont_write_bytecode = True

from record import Host, at  # noqa: E402

DAY = "2026-11-20"
LINES = 1000
NGINX = """\
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  default_type text/html; gzip_static on;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d;
  scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; root {folder}/root;
    add_header Cache-Control "public, max-age=300";
    add_header X-Content-Type-Options nosniff; }}
}}
"""


def free_port():
    import socket
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def start_nginx(folder, plain, packed):
    root = folder / "root"
    root.mkdir()
    (root / "day").write_bytes(plain)
    (root / "day.gz").write_bytes(packed)
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c",
                                str(config)])
    time.sleep(0.5)
    return process, "http://127.0.0.1:%d/day" % port


def cpu_of(pid):
    """Seconds of processor that a process has used."""
    fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rsplit(")")[1]
    used = fields.split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def measure(url, seconds, packed, pid):
    before = cpu_of(pid)
    words = ["wrk", "-t1", "-c32", "-d%ds" % seconds, "--latency"]
    if packed:
        words += ["-H", "Accept-Encoding: gzip"]
    text = subprocess.run([*words, url], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    assert "Non-2xx" not in text, text
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    late = re.search(r"^\s+99%\s+(\S+)", text, re.MULTILINE).group(1)
    count = int(re.search(r"(\d+) requests in", text).group(1))
    return rate, late, 1e6 * (cpu_of(pid) - before) / count


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hallway-bench-"))
    host = Host(folder / "host")
    for i in range(LINES):
        host.say("council", at(DAY) + i * 1000, "ana",
                 "line %d: some words as people say them, and more" % i)
    host.serve()
    host.site(dict(local="council", name="Council"))
    path = "/council/" + DAY
    host.get(path)
    plain = host.get(path).body
    packed = host.get(path, Accept_Encoding="gzip").body
    nginx, other = start_nginx(folder, plain, packed)
    try:
        print("%d bytes, %d packed" % (len(plain), len(packed)))
        for name, is_packed in (("plain", False), ("gzip", True)):
            for turn in range(2):
                for server, url, pid in (
                        ("hallway", host.url + path, host.process.pid),
                        ("nginx", other, nginx.pid)):
                    rate, late, cost = measure(url, seconds, is_packed, pid)
                    print("%-5s %-8s %9.0f a second, 99 %%: %s, %.1f us of "
                          "processor each" % (name, server, rate, late, cost),
                          flush=True)
    finally:
        nginx.send_signal(signal.SIGTERM)
        nginx.wait()
        host.close()


main()
