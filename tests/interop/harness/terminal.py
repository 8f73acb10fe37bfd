# SPDX-License-Identifier: MIT
"""terminal: a program at a terminal, typed at and read from as by a person.

tmux holds the terminal, by a socket of its own. What the program writes also
goes into a FIFO: that something was written is the event on which a test
looks at the screen again.
"""

import asyncio
import os
import re
import subprocess

PATIENCE = 60


class Terminal:
    """One program in one terminal; env: {name: value} besides ours."""

    def __init__(self, folder, argv, env, width=110, height=40):
        folder.mkdir(parents=True, exist_ok=True)
        self._socket = folder / "tmux"
        fifo = folder / "written"
        os.mkfifo(fifo)
        # read and write: then its end is never seen
        self._fifo = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
        words = ["env", *("%s=%s" % pair for pair in env.items()), *argv]
        self._tmux("-f", "/dev/null", "-u", "new-session", "-d",
                   "-x", width, "-y", height,
                   *words, ";", "set", "-g", "remain-on-exit", "on", ";",
                   "pipe-pane", "exec cat > '%s'" % fifo)

    def _tmux(self, *words):
        done = subprocess.run(
            ["tmux", "-S", self._socket, *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=dict(os.environ, LC_ALL="C.UTF-8"), timeout=30)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def type(self, line):
        """Type these words and Enter."""
        self._tmux("send-keys", "-l", line, ";", "send-keys", "Enter")

    def screen(self):
        """The text that is on the screen now."""
        return self._tmux("capture-pane", "-p")

    async def see(self, pattern, timeout=PATIENCE):
        """Wait until `pattern` is on the screen; answers the screen."""
        return await self.until(lambda text: re.search(pattern, text),
                                timeout, "/%s/" % pattern)

    async def until(self, is_done, timeout=PATIENCE, what="what it wants"):
        """Wait until `is_done(screen)`; answers the screen."""
        loop = asyncio.get_running_loop()
        news = asyncio.Event()
        loop.add_reader(self._fifo, self._drain, news)
        deadline = loop.time() + timeout
        try:
            while True:
                news.clear()
                text = self.screen()
                if is_done(text):
                    return text
                try:
                    await asyncio.wait_for(news.wait(),
                                           deadline - loop.time())
                except asyncio.TimeoutError:
                    raise AssertionError("%s did not show %s, but:\n%s" % (
                        self._socket, what, text)) from None
        finally:
            loop.remove_reader(self._fifo)

    def _drain(self, news):
        try:
            while os.read(self._fifo, 65536):
                pass
        except BlockingIOError:
            pass
        news.set()

    def close(self):
        """The program and its tmux are gone after this."""
        self._tmux("kill-server")
        os.close(self._fifo)
