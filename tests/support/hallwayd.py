# SPDX-License-Identifier: MIT
"""hallwayd: the daemon under test, driven as an operator would.

It is told everything by its configuration file, says READY=1 to
NOTIFY_SOCKET when it serves, and is asked by hallwayctl. Programs come from
HALLWAYD and HALLWAYCTL, else from build/ in the source tree.
"""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from process import Process, ProcessError

TOP = pathlib.Path(__file__).resolve().parents[2]

CONFIG = """\
# written by tests/support/hallwayd.py
operators: [{operators}]
operator_proof: {operator_proof}
state_dir: {state}
domains:
{domains}
log: {{level: debug}}
threads: {{io: 2}}
s2s:
  listen: [{listen}]
  listen_tls: [{listen_tls}]
  allow_private: {private}
{s2s}dns: {{servers: [{dns}], trust_ad: {trust_ad}}}
rooms: {{history: 1000, user_messages: 0, room_messages: 0, user_presences: 0,
        note_well: ""{rooms}}}
control: {{socket: {control}}}
"""

SANITIZER = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|"
                       r"runtime error:")


def program(name, variable):
    """The path of one of our programs."""
    path = os.environ.get(variable)
    return pathlib.Path(path) if path else TOP / "build" / name


class Hallwayd:
    """One daemon and its state; it may be started again and again."""

    def __init__(self, folder, domains, listen, dns, operators=(),
                 prefix=(), extra="", listen_tls=(), s2s="",
                 trust_ad=False, certificates=None,
                 trust=None, operator_proof="dialback",
                 private="yes", rooms=""):
        self.folder = folder
        self.domains = list(domains)
        self.listen = list(listen)
        self.prefix = list(prefix)
        self.process = None
        self.runs = 0
        self._notify = None
        folder.mkdir(parents=True, exist_ok=True)
        self.state = folder / "state"
        self.control = folder / "control"
        self.config = folder / "hallway.yml"
        # what configure() may change: certificates is {domain: Certificate}
        self._words = {
            "certificates": certificates or {}, "trust": trust, "s2s": s2s,
            "dns": dns, "operators": operators, "extra": extra,
            "listen": listen, "listen_tls": listen_tls,
            "operator_proof": operator_proof, "private": private, "trust_ad": trust_ad,
            "rooms": rooms}
        self.configure()
        self.state.mkdir(mode=0o700, exist_ok=True)

    def configure(self, **words):
        """Write the configuration, these words of __init__ changed."""
        self._words.update(words)
        has = self._words
        self.config.write_text(CONFIG.format(
            state=self.state, control=self.control,
            dns='"%s"' % has["dns"] if has["dns"] else "",
            operators=", ".join(has["operators"]),
            operator_proof=has["operator_proof"],
            domains="\n".join(self._domain(name) for name in self.domains),
            listen=", ".join('"%s"' % at for at in has["listen"]),
            listen_tls=", ".join('"%s"' % at for at in has["listen_tls"]),
            trust_ad="yes" if has["trust_ad"] else "no",
            rooms=", " + has["rooms"] if has["rooms"] else "",
            private=has["private"], s2s=has["s2s"]) + ("trust: %s\n" % has["trust"] if has["trust"]
                               else "") + has["extra"])

    def _domain(self, name):
        certificate = self._words["certificates"].get(name)
        if not certificate:
            return "  - name: " + name
        return "  - name: %s\n    certificate: %s\n    key: %s" % (
            name, certificate.cert, certificate.key)

    def start(self, timeout=60):
        """Start, and wait until it says that it is ready."""
        self.runs += 1
        path = self.folder / "notify"
        path.unlink(missing_ok=True)
        if self._notify:
            self._notify.close()
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(path))
        self.process = Process(
            "hallwayd", [*self.prefix, program("hallwayd", "HALLWAYD"),
                         "-c", self.config],
            self.folder / ("hallwayd.%d.log" % self.runs),
            env=dict(os.environ, NOTIFY_SOCKET=str(path)))
        self._await_ready(timeout)
        # Now its loop turns and waits. ThreadSanitizer loses a signal that
        # comes while the daemon, READY=1 just sent, is on its way there.
        self.ctl("status")

    def _await_ready(self, timeout):
        """Until READY=1 comes, or the daemon has ended."""
        deadline = time.monotonic() + timeout
        self._notify.settimeout(0.1)
        while time.monotonic() < deadline:
            try:
                if b"READY=1" in self._notify.recv(4096).split(b"\n"):
                    return
            except TimeoutError:
                if not self.process.is_running():
                    self.process.wait_for_line("READY=1", 5)
        raise ProcessError("hallwayd was not ready in %s s" % timeout)

    def ctl(self, *words, check=True):
        """hallwayctl with these words; answers its output."""
        done = subprocess.run(
            [program("hallwayctl", "HALLWAYCTL"), "-s", self.control, *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=60)
        if check and done.returncode != 0:
            raise ProcessError("hallwayctl %s: status %d: %s" % (
                " ".join(words), done.returncode, done.stdout))
        return done.stdout

    def is_sanitized(self):
        """Is it slow, and big, for the sake of finding faults?"""
        with open("/proc/%d/maps" % self.process.pid, encoding="ascii") as maps:
            return re.search(r"lib[at]san", maps.read()) is not None

    def counter(self, name):
        """A counter's value, without "hallway_" in its name."""
        found = re.search(r"^hallway_%s\b\D*(\d+)" % name,
                          self.ctl("status", "--all"), re.MULTILINE)
        assert found, "no counter " + name
        return int(found.group(1))

    def descriptors(self, most=None, timeout=60):
        """How many it has open, looking again and again until they are not
        more than `most`, or else at the least of some looks: what was closed
        by others a moment ago, as by hallwayctl, it closes a moment later."""
        folder = "/proc/%d/fd" % self.process.pid
        deadline = time.monotonic() + (1 if most is None else timeout)
        least = len(os.listdir(folder))
        while time.monotonic() < deadline and (most is None or least > most):
            time.sleep(0.05)
            least = min(least, len(os.listdir(folder)))
        return least

    def ctl_begin(self, *words):
        """hallwayctl with these words, as a Process that goes on."""
        return Process(
            "hallwayctl", [program("hallwayctl", "HALLWAYCTL"), "--json",
                           "-s", self.control, *words],
            self.folder / "hallwayctl.log")

    def count(self, counter):
        """The present value of a counter, as "hallway_s2s_spoofs"."""
        for line in self.ctl("metrics").splitlines():
            words = line.split()
            if words and words[0] in (counter, counter + "_total"):
                return int(words[1])
        raise ProcessError("there is no counter " + counter)

    def terminate(self):
        """SIGTERM; a clean end is part of the assertion."""
        status = self.process.terminate()
        assert status == 0, (
            "hallwayd ended with status %s, see %s; its last lines:\n%s" % (
                status, self.process.log, self.process.tail()))
        self._no_complaints()

    def kill9(self):
        """SIGKILL: no farewell of any kind."""
        status = self.process.kill()
        assert status == -signal.SIGKILL, (
            "hallwayd had ended by itself with status %s, see %s" % (
                status, self.process.log))
        self._no_complaints()

    def close(self):
        """The end of a test."""
        if self.process and self.process.returncode is None:
            self.terminate()
        if self._notify:
            self._notify.close()

    def _no_complaints(self):
        bad = [line for line in self.process.lines() if SANITIZER.search(line)]
        assert not bad, "sanitizer: %s, see %s" % (bad[0], self.process.log)
