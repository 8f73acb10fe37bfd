# SPDX-License-Identifier: MIT
"""process: a child process whose output is kept in a file and can be awaited.

Everything a test starts goes through here, so that everything is ended by
its process id, and so that readiness is an event (a line, a datagram, the
end of the process) and never a guess about time.
"""

import re
import signal
import subprocess
import threading
import time


class ProcessError(AssertionError):
    """The child ended, or stayed silent, where the test needed it."""


class Process:
    """One child; stdout and stderr together go to `log`."""

    def __init__(self, name, argv, log, env=None, cwd=None, pass_fds=()):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.log = log
        self._lines = []
        self._news = threading.Condition()
        self._popen = subprocess.Popen(
            self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=env, cwd=cwd, pass_fds=pass_fds)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        with open(self.log, "ab") as log:
            for line in self._popen.stdout:
                log.write(line)
                log.flush()
                with self._news:
                    self._lines.append(line.decode(errors="replace").rstrip())
                    self._news.notify_all()
        self._popen.wait()
        with self._news:
            self._news.notify_all()

    @property
    def pid(self):
        return self._popen.pid

    @property
    def returncode(self):
        return self._popen.poll()

    def is_running(self):
        return self._popen.poll() is None

    def lines(self):
        with self._news:
            return list(self._lines)

    def wait_for_line(self, pattern, timeout=60, start=0):
        """The first line from number `start` on that `pattern` is found in.

        Answers (number of the line after it, match).
        """
        wanted = re.compile(pattern)
        deadline = time.monotonic() + timeout
        with self._news:
            while True:
                while start < len(self._lines):
                    match = wanted.search(self._lines[start])
                    start += 1
                    if match:
                        return start, match
                left = deadline - time.monotonic()
                if not self._reader.is_alive():
                    self._fail("ended before it said /%s/" % pattern)
                if left <= 0:
                    self._fail("did not say /%s/ in %s s" % (pattern, timeout))
                self._news.wait(left)

    def wait(self, timeout=60):
        """Wait for the end; answers the exit status (negative: signal)."""
        try:
            status = self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self._popen.send_signal(signal.SIGABRT)
            self._popen.wait()
            self._reader.join(60)
            self._fail("did not end in %s s" % timeout)
        self._reader.join(60)
        return status

    def signal(self, number):
        self._popen.send_signal(number)

    def terminate(self, timeout=60):
        """SIGTERM, and wait; answers the exit status."""
        if self.is_running():
            self._popen.terminate()
        return self.wait(timeout)

    def kill(self):
        """SIGKILL, and wait."""
        if self.is_running():
            self._popen.kill()
        return self.wait()

    def tail(self):
        """Its last lines, to be shown."""
        return "\n".join("    " + line for line in self._lines[-25:])

    def _fail(self, what):
        raise ProcessError("%s (%s) %s; its last lines:\n%s"
                           % (self.name, self.log, what, self.tail()))
