# SPDX-License-Identifier: MIT
"""prosody: Debian's Prosody as a home server, unchanged but for its config."""

import shutil

from process import Process

CONFIG = """\
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{data}"
plugin_paths = {{}}
modules_enabled = {{ "roster", "saslauth", "tls", "dialback", "disco", "ping", "adhoc", "websocket", "{limits}"{extra} }}
limits = {{ c2s = {{ rate = "10kb/s" }}; s2sin = {{ rate = "30kb/s" }} }}
modules_disabled = {{ {bidi}"posix", "offline", "register" }}
authentication = "internal_plain"
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
s2s_require_encryption = true
s2s_secure_auth = {is_strict}
s2s_timeout = 10
interfaces = {{ "{address}" }}
c2s_ports = {{ 5222 }}
s2s_ports = {{ {s2s_port} }}
http_ports = {{ 5280 }}
http_interfaces = {{ "{address}" }}
http_default_host = "{domain}"
consider_websocket_secure = true
https_ports = {{ }}
-- libunbound answers for .test by itself and would not ask 127/8
unbound = {{
	resolvconf = true; hoststxt = false;
	options = {{
		["local-zone:"] = "test. transparent";
		["do-not-query-localhost:"] = "no";
	}};
}}
log = {{ {{ levels = {{ min = "debug" }}, to = "console" }} }}
"""

VIRTUAL_HOST = """\
VirtualHost "{domain}"
	ssl = {{ certificate = "{cert}"; key = "{key}"; cafile = "{ca}" }}
"""


PUBSUB = """\
VirtualHost "unused.{domain}"
Component "{domain}" "pubsub"
	admins = {{ "{admin}" }}
	autocreate_on_publish = true
	autocreate_on_subscribe = true
	ssl = {{ certificate = "{cert}"; key = "{key}"; cafile = "{ca}" }}
"""


def escape_path(name):
    """Prosody's file names: everything but letters and digits is %xx."""
    return "".join(c if c.isalnum() else "%%%02x" % ord(c) for c in name)


class Prosody:
    """A home server for `domain` on `host`; accounts: {name: password}.

    more: {domain: certificate} of others that it hosts with the same
    accounts. is_limited: with the rates of Debian's configuration.
    is_strict: it speaks only with who has a valid certificate. is_modern:
    it uses streams both ways and has them acknowledged. publisher: the
    bare JID of who publishes there: then `domain` is a PubSub service.
    """

    def __init__(self, folder, host, domain, s2s_port, authority, accounts,
                 more=(), is_limited=False, is_strict=False,
                 is_modern=False, publisher=None):
        self.folder = folder
        self.domain = domain
        self.host = host
        self.client_address = (host.address, 5222)
        self.websocket = "ws://%s:5280/xmpp-websocket" % host.address
        self.accounts = accounts
        self.process = None
        self._runs = 0
        folder.mkdir(parents=True)
        data = folder / "data"
        domains = {domain: authority.issue(domain), **dict(more)}
        for name in domains:
            self._make_accounts(data, name)
        self._config = folder / "prosody.cfg.lua"
        self._config.write_text(CONFIG.format(
            folder=folder, data=data, domain=domain,
            address=host.address,
            limits="limits" if is_limited else "tls",
            extra=', "s2s_bidi", "smacks"' if is_modern else "",
            bidi="" if is_modern else '"s2s_bidi", ',
            is_strict="true" if is_strict else "false",
            s2s_port=s2s_port) + "".join(
                (PUBSUB if publisher else VIRTUAL_HOST).format(
                    admin=publisher, domain=name, cert=own.cert, key=own.key,
                    ca=authority.cert)
                for name, own in domains.items()))

    def _make_accounts(self, data, domain):
        store = data / escape_path(domain) / "accounts"
        store.mkdir(parents=True)
        for name, password in self.accounts.items():
            (store / (escape_path(name) + ".dat")).write_text(
                'return { ["password"] = "%s" };\n' % password)

    def start(self):
        self._runs += 1
        self.process = Process(
            self.domain, [*self.host.prefix, shutil.which("prosody"),
                          "-F", "--config", self._config],
            self.folder / ("prosody.%d.log" % self._runs))
        for service in ("s2s", "c2s"):
            self.process.wait_for_line("Activated service '%s'" % service)

    def close(self):
        if self.process:
            self.process.kill()
