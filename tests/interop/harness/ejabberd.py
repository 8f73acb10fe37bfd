# SPDX-License-Identifier: MIT
"""ejabberd: Debian's ejabberd as a home server.

It runs as a plain Erlang node without distribution, so that no epmd and no
second node can be disturbed.
"""

import glob
import os

from process import Process

CONFIG = """\
hosts: ["{domain}"]
loglevel: debug
certfiles: ["{pem}"]
ca_file: "{ca}"
auth_method: internal
auth_password_format: plain
s2s_use_starttls: required
s2s_max_retry_delay: 1
negotiation_timeout: 10
listen:
  - port: 5222
    ip: "{address}"
    module: ejabberd_c2s
  - port: {s2s_port}
    ip: "{address}"
    module: ejabberd_s2s_in
modules:
  mod_disco: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
  mod_s2s_dialback: {{}}
"""


def _library_path():
    """The folder with the compiled modules; its name carries a version."""
    found = sorted(glob.glob("/usr/lib/*/ejabberd-*/ebin")
                   + glob.glob("/usr/lib/ejabberd*/ebin"))
    if not found:
        raise AssertionError("no ejabberd is installed here")
    return found[0]


class Ejabberd:
    """A home server for `domain` on `host`; accounts: {name: password}."""

    def __init__(self, folder, host, domain, s2s_port, authority, accounts):
        self.folder = folder
        self.domain = domain
        self.host = host
        self.client_address = (host.address, 5222)
        self.accounts = accounts
        self.process = None
        self._runs = 0
        folder.mkdir(parents=True)
        (folder / "mnesia").mkdir()
        own = authority.issue(domain)
        pem = folder / "own.pem"
        pem.write_text(own.cert.read_text() + own.key.read_text())
        self._config = folder / "ejabberd.yml"
        self._config.write_text(CONFIG.format(
            domain=domain, pem=pem, ca=authority.cert, address=host.address,
            s2s_port=s2s_port))
        self._inetrc = folder / "inetrc"
        self._inetrc.write_text('{lookup, [file, dns]}.\n'
                                '{resolv_conf, "/etc/resolv.conf"}.\n')

    def _make_accounts(self):
        """Erlang that registers everybody, and then says so."""
        steps = ['ok = ejabberd_auth:try_register(<<"%s">>, <<"%s">>, <<"%s">>)'
                 % (name, self.domain, password)
                 for name, password in self.accounts.items()]
        return ", ".join(steps + ['io:format("accounts made~n")']) + "."

    def start(self):
        self._runs += 1
        libraries = os.path.dirname(os.path.dirname(_library_path()))
        env = dict(os.environ, ERL_LIBS=os.path.dirname(libraries),
                   EJABBERD_CONFIG_PATH=str(self._config),
                   EJABBERD_LOG_PATH=str(self.folder / "ejabberd.log"),
                   ERL_INETRC=str(self._inetrc), HOME=str(self.folder),
                   ERL_CRASH_DUMP=str(self.folder / "crash.dump"))
        eval_words = (["-eval", self._make_accounts()]
                      if self._runs == 1 else
                      ["-eval", 'io:format("accounts made~n").'])
        self.process = Process(
            self.domain,
            [*self.host.prefix, "erl", "-noinput", "+sbwt", "none",
             "-start_epmd", "false", "-pa", _library_path(),
             "-mnesia", "dir", '"%s"' % (self.folder / "mnesia"),
             # read before the configuration is: the whole log, in one file
             "-ejabberd", "log_rotate_size", "10000000000",
             "log_burst_limit_count", "1000000", "quiet", "true",
             "-s", "ejabberd", *eval_words],
            self.folder / ("erl.%d.log" % self._runs), env=env,
            cwd=self.folder)
        self.process.wait_for_line("accounts made", timeout=90)

    def close(self):
        if self.process:
            self.process.kill()
