# SPDX-License-Identifier: MIT
"""certs: a small certificate authority for the tests (by the openssl tool)."""

import datetime
import itertools
import subprocess

_numbers = itertools.count(1)


def _openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _new_key(kind="ec"):
    """Options of openssl req that make a key; kind is "ec" or "rsa:BITS"."""
    if kind == "ec":
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    return ["-newkey", kind]


class Certificate:
    """Where one certificate and its key are."""

    def __init__(self, cert, key):
        self.cert = cert
        self.key = key


class Authority:
    """Signs server certificates below `folder`."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.cert = folder / "ca.pem"
        self._key = folder / "ca.key"
        self._intermediate = None
        _openssl("req", "-x509", *_new_key(), "-nodes",
                 "-days", "30", "-subj", "/CN=hallway test CA",
                 "-keyout", self._key, "-out", self.cert)

    def issue(self, domain, *more_names, days=30):
        """A certificate for `domain`, with both usages, signed by us; days
        below 0: it ended so long ago."""
        return self.make(
            domain, days=days if days >= 0 else (days - 30, days),
            names=",".join("DNS:" + _ascii(name)
                           for name in (domain, *more_names)))

    def make(self, domain, names="", days=30, usage="serverAuth,clientAuth",
             is_authority=False, signer=None, with_chain=True, key="ec"):
        """A certificate of any kind. names is a subjectAltName in openssl's
        words (None: none at all), days a number or (from, until), counted
        from now; signer "intermediate" puts an authority between, whose
        certificate is left out of the file unless with_chain."""
        issuer = self
        if signer == "intermediate":
            issuer = self._find_intermediate()
        made = self._sign(issuer, domain, days, key, _extensions(
            "DNS:" + _ascii(domain) if names == "" else names, usage,
            is_authority))
        if issuer is not self and with_chain:
            with made.cert.open("a") as out:
                out.write(issuer.cert.read_text())
        return made

    def _find_intermediate(self):
        if not self._intermediate:
            made = self._sign(self, "hallway test intermediate", 30, "ec",
                              "basicConstraints=critical,CA:TRUE\n"
                              "keyUsage=keyCertSign,cRLSign\n")
            self._intermediate = made
            made._key = made.key
        return self._intermediate

    def _sign(self, issuer, name, days, key_kind, extensions):
        stem = "%s-%d" % (_ascii(name).replace(" ", "-"), next(_numbers))
        cert, key, request, more, serial = (
            self.folder / (stem + end)
            for end in (".pem", ".key", ".csr", ".ext", ".srl"))
        more.write_text(extensions)
        _openssl("req", *_new_key(key_kind), "-nodes",
                 "-subj", "/CN=" + _ascii(name)[:64], "-keyout", key,
                 "-out", request)
        if isinstance(days, int):
            _openssl("x509", "-req", "-in", request, "-CA", issuer.cert,
                     "-CAkey", issuer._key, "-CAcreateserial",
                     "-CAserial", serial, "-days", days,
                     "-extfile", more, "-out", cert)
        else:
            self._sign_for(issuer, request, days, more, cert, stem)
        return Certificate(cert, key)

    def _sign_for(self, issuer, request, days, more, cert, stem):
        """By openssl ca, which alone takes a beginning and an end."""
        folder = self.folder / (stem + ".ca")
        folder.mkdir()
        (folder / "index").write_text("")
        config = folder / "config"
        config.write_text(
            "[ca]\ndefault_ca=one\n[one]\ndatabase=%s/index\n"
            "new_certs_dir=%s\nrand_serial=yes\ndefault_md=sha256\n"
            "policy=any\n[any]\ncommonName=supplied\n" % (folder, folder))
        first, last = (_moment(day) for day in days)
        _openssl("ca", "-batch", "-config", config, "-in", request,
                 "-cert", issuer.cert, "-keyfile", issuer._key, "-notext",
                 "-startdate", first, "-enddate", last, "-extfile", more,
                 "-out", cert)


def _ascii(domain):
    return domain.encode("idna").decode() if not domain.isascii() else domain


def _moment(day):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(days=day)).strftime("%Y%m%d%H%M%SZ")


def _extensions(names, usage, is_authority):
    lines = ["basicConstraints=CA:" + ("TRUE" if is_authority else "FALSE")]
    if names:
        lines.append("subjectAltName=" + names)
    if usage:
        lines.append("extendedKeyUsage=" + usage)
    return "\n".join(lines) + "\n"


def self_signed(folder, domain):
    """A certificate that nobody signed but itself."""
    folder.mkdir(parents=True, exist_ok=True)
    cert = folder / (domain + "-self.pem")
    key = folder / (domain + "-self.key")
    _openssl("req", "-x509", *_new_key(), "-nodes",
             "-days", "30", "-subj", "/CN=" + domain,
             "-addext", "subjectAltName=DNS:" + domain,
             "-keyout", key, "-out", cert)
    return Certificate(cert, key)
