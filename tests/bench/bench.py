#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench: what rooms cost, measured with tests/bench/load.

Each measurement starts a server with nothing in its store, lets the load
generator play the domains, and reads the server's CPU time (user and kernel,
all of its threads, from /proc) and memory. Every measurement is made in
several rounds; printed are medians, with the smallest and the largest beside.
CPU time can be compared on a busy machine, time on the wall cannot.

  bench.py --build DIR                      hallwayd alone (make bench)
  bench.py --build DIR --peers              beside Prosody and ejabberd, in
                                            turn, in namespaces of their own
                                            (make bench-peers; root)
  --rounds N  --only WORD/...  --json FILE  --folder DIR
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# name: load's options, its scenarios, options of hallwayd.
MEASUREMENTS = {
    "fan-out, 500 in 10 domains": (
        "domains=10 users=500 size=500 messages=1000",
        "connect join fanout churn archive idle", {}),
    "fan-out, 500 in 100 domains": (
        "domains=100 users=500 size=500 messages=1000",
        "connect join fanout", {}),
    "fan-out, 100 in 10 domains": (
        "domains=10 users=100 size=100 messages=5000",
        "connect join fanout", {}),
    # as many deliveries on their way as with 500
    "fan-out, 100 in 10 domains, 80 on their way": (
        "domains=10 users=100 size=100 messages=5000 window=80",
        "connect join fanout", {}),
    "one room of 2,000 in 100 domains": (
        "domains=100 users=2000 size=2000 messages=250",
        "connect join fanout", {}),
    "one room of 5,000 in 100 domains": (
        "domains=100 users=5000 size=5000 messages=100",
        "connect join fanout archive", {}),
    "100 rooms of 10, 100 on their way": (
        "domains=10 users=1000 size=10 messages=20000 window=100",
        "connect join fanout", {}),
    "100 rooms of 10, 1,000 on their way": (
        "domains=10 users=1000 size=10 messages=40000 window=1000",
        "connect join fanout", {}),
    "1,000 rooms of 100 in 100 domains": (
        "domains=100 users=100000 size=100 messages=5000 window=100",
        "connect join fanout", {}),
    "5,000 deliveries a second": (
        "domains=10 users=500 size=500 rate=5000 seconds=10",
        "connect join paced", {}),
    "50,000 deliveries a second": (
        "domains=10 users=500 size=500 rate=50000 seconds=10",
        "connect join paced", {}),
    "5,000 a second, one domain slow": (
        "domains=10 users=500 size=500 rate=5000 seconds=10",
        "connect join slow", {}),
    "50,000 a second, one domain still": (
        "domains=10 users=500 size=500 rate=50000 seconds=75",
        "connect join still", {}),
    "1,000 domains": ("domains=1000 users=1 size=1", "connect idle", {}),
    "two I/O loops": (
        "domains=100 users=500 size=500 messages=2000",
        "connect join fanout", {"io": 2}),
}

# One round of these is long enough.
LONG = ["5,000 in", "1,000 rooms", "slow", "still", "1,000 domains"]

# What the peers are measured with: the same, but less of it.
PEER_MEASUREMENTS = {
    "500 in 10 domains": (
        "domains=10 users=500 size=500 messages=400",
        "connect join fanout archive", {}),
    "500 in 100 domains": (
        "domains=100 users=500 size=500 messages=400",
        "connect join fanout archive", {}),
    "20 rooms of 10": (
        "domains=10 users=200 size=10 messages=2000 window=20",
        "connect join fanout", {}),
    "5,000 deliveries a second": (
        "domains=10 users=100 size=100 rate=5000 seconds=6",
        "connect join paced", {}),
}

HALLWAY_CONFIG = """\
state_dir: {folder}/state
domains: [{{name: rooms.bench}}]
s2s: {{listen: ["127.0.0.1:{port}"], listen_tls: [], allow_private: yes,
  rate_stanzas: 1000000, burst_stanzas: 1000000, rate_bytes: 1GiB,
  burst_bytes: 1GiB, max_unauthenticated_per_address: 10000,
  new_streams_per_address: 100000, handshakes_per_address: 10000,
  handshakes: 10000, max_verifying: 10000, max_verifying_per_network: 10000}}
dns: {{servers: ["127.0.0.1:{dns}"]}}
rooms: {{create: anyone, user_messages: 0, room_messages: 0,
  user_presences: 0, domain_joins: 0, room_joins: 0, domain_users: 0,
  max_per_creator: 100000, note_well: "", user_nicks: 0}}
web: {{listen: []}}
threads: {{io: {io}}}
log: {{level: error}}
control: {{socket: {folder}/control}}
"""

PROSODY_CONFIG = """\
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
network_backend = "epoll"
gc = {{ mode = "generational" }}
modules_enabled = {{ "tls", "dialback", "disco" }}
modules_disabled = {{ "posix", "offline", "c2s", "http" }}
s2s_require_encryption = true
s2s_secure_auth = false
interfaces = {{ "127.0.0.1" }}
s2s_ports = {{ {port} }}
unbound = {{
	resolvconf = true; hoststxt = false;
	options = {{ ["do-not-query-localhost:"] = "no" }};
}}
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
VirtualHost "own.bench"
Component "rooms.bench" "muc"
	modules_enabled = {{ "muc_mam" }}
	muc_log_by_default = true
	ssl = {{ certificate = "{cert}"; key = "{key}" }}
"""

EJABBERD_CONFIG = """\
hosts: ["own.bench"]
loglevel: error
certfiles: ["{pem}"]
s2s_use_starttls: required
sql_type: sqlite
sql_database: "{database}"
listen:
  - port: {port}
    ip: "127.0.0.1"
    module: ejabberd_s2s_in
    max_stanza_size: infinity
    shaper: none
modules:
  mod_disco: {{}}
  mod_s2s_dialback: {{}}
  mod_mam: {{db_type: {archive}}}
  mod_muc:
    hosts: ["rooms.bench"]
    max_users: 10000
    max_users_presence: 10000
    max_user_conferences: 10000
    default_room_options: {{mam: true, max_users: 10000}}
"""

EJABBERD_TABLES = pathlib.Path("/usr/share/ejabberd/sql/lite.sql")


class Ports:
    """Of this run: far from those of others by the process's number."""

    def __init__(self, is_alone):
        base = 20000 + os.getpid() % 300 * 100
        self.host, self.own, self.dns = base, base + 1, base + 2
        if is_alone:
            self.host, self.own, self.dns = 15269, 25269, 53


class Server:
    """One server process; `words` and `env` start it."""

    name = None
    program = None

    def __init__(self, folder, ports, options):
        self.folder = folder
        self.ports = ports
        self.options = options
        self.process = None

    def start(self):
        self.folder.mkdir(parents=True)
        words, env = self.prepare()
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in words], stdout=log,
                stderr=subprocess.STDOUT, cwd=self.folder,
                env=dict(os.environ, **env))
        self.wait_for_port()
        return self.process.pid

    def settle(self):
        """Until what a start leaves to do is done."""
        before = -1
        while sum(self.threads().values()) - before > 0.005:
            before = sum(self.threads().values())
            time.sleep(0.5)

    def wait_for_port(self):
        wanted = ":%04X " % self.ports.host
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            with open("/proc/net/tcp", encoding="ascii") as rows:
                if any(wanted in row[:22] and " 0A " in row for row in rows):
                    return
            time.sleep(0.05)
        sys.exit("%s did not start: %s" % (
            self.name, (self.folder / "log").read_text()[-2000:]))

    def threads(self):
        """{name: seconds of CPU}"""
        sums = {}
        tasks = pathlib.Path("/proc/%d/task" % self.process.pid)
        for task in tasks.iterdir():
            name = (task / "comm").read_text().strip()
            ns = int((task / "schedstat").read_text().split()[0])
            sums[name] = sums.get(name, 0) + ns / 1e9
        return sums

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Hallwayd(Server):
    """Ours: archive.sync is full, as by default."""

    name = "hallwayd"
    build = None

    def prepare(self):
        config = self.folder / "hallway.yml"
        (self.folder / "state").mkdir()
        config.write_text(HALLWAY_CONFIG.format(
            folder=self.folder, port=self.ports.host, dns=self.ports.dns,
            io=self.options.get("io", 1)))
        return [self.build / "hallwayd", "-c", config], {}


def certificate(folder):
    """(certificate, key), signed by itself."""
    cert, key = folder / "own.crt", folder / "own.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
         "/CN=rooms.bench", "-addext", "subjectAltName=DNS:rooms.bench",
         "-keyout", key, "-out", cert], check=True,
        stderr=subprocess.DEVNULL)
    return cert, key


class Prosody(Server):
    """Debian's, its archive in its own files."""

    name = "Prosody"

    def prepare(self):
        cert, key = certificate(self.folder)
        config = self.folder / "prosody.cfg.lua"
        config.write_text(PROSODY_CONFIG.format(
            folder=self.folder, port=self.ports.host, cert=cert, key=key))
        return ["/usr/bin/prosody", "-F", "--config", config], {}


class Ejabberd(Server):
    """Debian's, its archive in SQLite: as ours, a line is said when it is
    committed."""

    name = "ejabberd"
    archive = "sql"

    def prepare(self):
        # pylint: disable=import-outside-toplevel
        from harness.ejabberd import _library_path
        cert, key = certificate(self.folder)
        pem = self.folder / "own.pem"
        pem.write_text(cert.read_text() + key.read_text())
        config = self.folder / "ejabberd.yml"
        database = self.folder / "archive.db"
        with contextlib.closing(sqlite3.connect(database)) as tables:
            tables.executescript(EJABBERD_TABLES.read_text())
        config.write_text(EJABBERD_CONFIG.format(
            port=self.ports.host, pem=pem, database=database,
            archive=self.archive))
        inetrc = self.folder / "inetrc"
        inetrc.write_text('{lookup, [file, dns]}.\n'
                          '{resolv_conf, "/etc/resolv.conf"}.\n')
        (self.folder / "mnesia").mkdir()
        library = _library_path()
        env = {"ERL_LIBS": str(pathlib.Path(library).parent.parent),
               "EJABBERD_CONFIG_PATH": str(config),
               "EJABBERD_LOG_PATH": str(self.folder / "ejabberd.log"),
               "ERL_INETRC": str(inetrc), "HOME": str(self.folder),
               "ERL_CRASH_DUMP": str(self.folder / "crash.dump")}
        return ["erl", "-noinput", "+sbwt", "none", "+K", "true",
                "-start_epmd", "false", "-pa", library, "-mnesia", "dir",
                '"%s"' % (self.folder / "mnesia"), "-s", "ejabberd"], env


class EjabberdInMnesia(Ejabberd):
    """As it comes: a table of Mnesia on the disk, and nothing is synced."""

    name = "ejabberd-mnesia"
    archive = "mnesia"


def measure(server, load, options, scenarios):
    """What load says of each scenario, and the server's threads."""
    ports = server.ports
    pid = server.start()
    server.settle()
    before = server.threads()
    words = ["port=%d" % ports.host, "own-port=%d" % ports.own,
             "dns-port=%d" % ports.dns, "pid=%d" % pid,
             *options.split(), *scenarios.split()]
    run = subprocess.run([load, *words], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, check=False)
    after = server.threads() if server.process.poll() is None else {}
    server.stop()
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode:
        print("%s: load failed: %s" % (server.name, run.stderr.strip()),
              file=sys.stderr)
    threads = {name: after[name] - before.get(name, 0) for name in after}
    return rows, threads, run.returncode


def sync_time(folder):
    """ms that the disk takes to keep 4 KiB, median of 50."""
    times = []
    path = folder / "sync"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    for _ in range(50):
        os.write(fd, b"x" * 4096)
        start = time.monotonic()
        os.fdatasync(fd)
        times.append((time.monotonic() - start) * 1000)
    os.close(fd)
    path.unlink()
    return statistics.median(times)


def machine():
    """What it is measured on."""
    model = "unknown"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as rows:
        for row in rows:
            if row.startswith("model name"):
                model = row.split(":", 1)[1].strip()
                break
    return {"cpu": model, "cores": os.cpu_count(),
            "kernel": platform.release(), "load": os.getloadavg()[0]}


def spread(values, form="%.2f"):
    """Median (smallest-largest)."""
    if not values:
        return "-"
    text = form % statistics.median(values)
    if len(values) > 1 and min(values) != max(values):
        text += " (%s-%s)" % (form % min(values), form % max(values))
    return text


HEAD = "%-44s %-15s %-8s %10s  %-22s %-22s %-9s %-18s %s"


def print_head():
    print(HEAD % ("", "server", "scenario", "count", "server us each",
                  "generator us each", "seconds", "p50 / p99 ms",
                  "memory KiB"))


def print_rows(name, server, rounds):
    """rounds: lists of load's rows, in which the same scenarios stand."""
    for i in range(min(len(rows) for rows in rounds)):
        same = [rows[i] for rows in rounds]
        latency = ""
        if same[0]["scenario"] in ("fanout", "paced", "slow", "still"):
            latency = "%.1f / %s" % (
                statistics.median(row["p50_ms"] for row in same),
                spread([row["p99_ms"] for row in same], "%.1f"))
        wrong = sum(row["wrong"] + row["errors"] for row in same)
        print(HEAD % (
            name, server, same[0]["scenario"], same[0]["count"],
            spread([row["server_us"] for row in same], "%.3f"),
            spread([row["load_us"] for row in same], "%.3f"),
            spread([row["seconds"] for row in same], "%.1f").split()[0],
            latency,
            "%d%+d" % (statistics.median(row["rss"] for row in same) / 1024,
                       statistics.median(row["rss_grown"]
                                         for row in same) / 1024))
              + ("  WRONG: %d" % wrong if wrong else ""), flush=True)


def print_threads(rounds):
    names = sorted({name for threads in rounds for name in threads})
    print("%-44s CPU seconds of threads: %s" % ("", ", ".join(
        "%s %s" % (name, spread([threads.get(name, 0)
                                 for threads in rounds]))
        for name in names
        if max(threads.get(name, 0) for threads in rounds) >= 0.01)))


def enter_namespaces(folder):
    """Names are asked of the load generator, by everybody in here."""
    # pylint: disable=import-outside-toplevel
    from harness import net
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    net.use_resolver(folder, "127.0.0.1")


def run_all(args, folder):
    """{measurement: {server: rounds}}; the servers take turns."""
    servers = [Hallwayd]
    if args.peers:
        servers += [Prosody, Ejabberd, EjabberdInMnesia]
    measurements = PEER_MEASUREMENTS if args.peers else MEASUREMENTS
    ports = Ports(args.peers)
    load = args.build / "tests/bench/load"
    results = {}
    has_failed = False
    print_head()
    for name, (options, scenarios, more) in measurements.items():
        if args.only and not any(word in name for word in args.only):
            continue
        of_name = {kind.name: {"rows": [], "threads": []}
                   for kind in servers}
        is_long = any(word in name for word in LONG)
        for n in range(1 if is_long else args.rounds):
            for kind in servers:
                place = folder / ("%s.%s.%d" % (
                    kind.name, "".join(filter(str.isalnum, name)), n))
                rows, threads, status = measure(
                    kind(place, ports, more), load, options, scenarios)
                subprocess.run(["rm", "-rf", place], check=True)
                has_failed |= status != 0 and kind is Hallwayd
                of_name[kind.name]["rows"].append(rows)
                of_name[kind.name]["threads"].append(threads)
        for kind in servers:
            print_rows(name, kind.name, of_name[kind.name]["rows"])
            if kind is Hallwayd:
                print_threads(of_name[kind.name]["threads"])
        results[name] = of_name
    return results, has_failed


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=lambda text: text.split("/"))
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--peers", action="store_true")
    args = parser.parse_args()
    args.build = args.build.resolve()
    return args


def main():
    args = read_arguments()
    if args.peers and os.environ.get("HALLWAY_BENCH") != "namespace":
        os.environ["HALLWAY_BENCH"] = "namespace"
        os.execvp("unshare", [
            "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child",
            "--mount-proc", sys.executable, *sys.argv])
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(HERE.parent / "support"),
                    str(HERE.parent / "interop")]
    Hallwayd.build = args.build
    with tempfile.TemporaryDirectory(
            prefix="bench.", dir=args.folder or args.build) as text:
        folder = pathlib.Path(text)
        if args.peers:
            enter_namespaces(folder)
        about = machine()
        about["sync_ms"] = sync_time(folder)
        print("%(cpu)s, %(cores)d cores, Linux %(kernel)s; load %(load).1f;"
              " the disk syncs 4 KiB in %(sync_ms).2f ms" % about)
        results, has_failed = run_all(args, folder)
        about["sync_ms_after"] = sync_time(folder)
        print("the disk syncs 4 KiB in %(sync_ms_after).2f ms" % about)
    if args.json:
        args.json.write_text(json.dumps(
            {"machine": about, "results": results}, indent=1))
    return 1 if has_failed else 0


if __name__ == "__main__":
    sys.exit(main())
