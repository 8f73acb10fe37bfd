# SPDX-License-Identifier: MIT
"""browser: Chromium without a screen, and the page that it shows.

The page and what it loads come from this process, over loopback. Of a page's
state the test is told by the page: it looks again after each change of the
document, never after a time.
"""

import asyncio
import functools
import http.server
import threading

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PATIENCE = 60

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic
--no-first-run --disable-background-networking --disable-component-update
--disable-sync --disable-default-apps --disable-dev-shm-usage
--disable-features=BackForwardCache --no-proxy-server
--window-size=1200,800 --lang=en""".split()

# The page is given addresses only; whatever has a name is somewhere outside.
NO_NAMES = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, "
            "EXCLUDE 10.77.0.*")

# arguments: an expression, then selenium's callback
UNTIL = """
const [expression, done] = arguments;
const ask = new Function("return (" + expression + ");");
let observer = null;
function look() {
	const answer = ask();
	if (!answer)
		return;
	if (observer)
		observer.disconnect();
	done(answer);
}
observer = new MutationObserver(look);
observer.observe(document, {subtree: true, childList: true,
	characterData: true, attributes: true});
look();
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files, and one page; no line on the terminal for each."""

    def __init__(self, *words, page, **more):
        self._page = page
        super().__init__(*words, **more)

    def do_GET(self):
        if self.path.partition("?")[0] != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self._page)))
        self.end_headers()
        self.wfile.write(self._page)

    def log_message(self, *words):
        pass


class Site:
    """`page` at / of a port on loopback, beside the files in `folder`."""

    def __init__(self, folder, page):
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(
                Quiet, directory=str(folder), page=page.encode()))
        self.address = "http://127.0.0.1:%d/" % self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever,
                                        daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Browser:
    """One Chromium of somebody who never had one before."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        options.ignore_local_proxy_environment_variables()
        for flag in (*FLAGS, NO_NAMES,
                     "--user-data-dir=%s" % (folder / "profile")):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(
            options=options, service=Service(
                "/usr/bin/chromedriver",
                log_path=str(folder / "chromedriver.log")))

    async def do(self, work, *words):
        """Have selenium do something while the event loop goes on."""
        return await asyncio.to_thread(work, *words)

    async def ask(self, expression):
        """What this JavaScript is worth in the page."""
        return await self.do(self.driver.execute_script,
                             "return (%s);" % expression)

    async def until(self, expression, timeout=PATIENCE):
        """Wait until this JavaScript is true; answers what it is worth."""
        self.driver.set_script_timeout(timeout)
        try:
            return await self.do(self.driver.execute_async_script, UNTIL,
                                 expression)
        except TimeoutException:
            await self.picture("failed")
            raise AssertionError("%s: never true: %s\n%s" % (
                self.folder, expression, await self.ask(
                    "document.body.innerText"))) from None

    async def picture(self, name):
        """Keep what is to be seen, as NAME.png."""
        await self.do(self.driver.save_screenshot,
                      str(self.folder / (name + ".png")))

    def console(self):
        """What the page wrote to its console since the last call."""
        return ["%(level)s %(message)s" % entry
                for entry in self.driver.get_log("browser")]

    def close(self):
        self.driver.quit()
