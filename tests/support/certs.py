# SPDX-License-Identifier: MIT
"""certs: a small certificate authority for the tests (by the openssl tool)."""

import subprocess


def _openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


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
        _openssl("req", "-x509", "-newkey", "ec",
                 "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-days", "30", "-subj", "/CN=hallway test CA",
                 "-keyout", self._key, "-out", self.cert)

    def issue(self, domain, *more_names, days=30):
        """A certificate for `domain`, with both usages, signed by us."""
        cert = self.folder / (domain + ".pem")
        key = self.folder / (domain + ".key")
        request = self.folder / (domain + ".csr")
        extensions = self.folder / (domain + ".ext")
        names = ",".join("DNS:" + name for name in (domain, *more_names))
        extensions.write_text(
            "basicConstraints=CA:FALSE\nsubjectAltName=%s\n"
            "extendedKeyUsage=serverAuth,clientAuth\n" % names)
        _openssl("req", "-newkey", "ec",
                 "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-subj", "/CN=" + domain, "-keyout", key, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.cert,
                 "-CAkey", self._key, "-CAcreateserial", "-days", days,
                 "-extfile", extensions, "-out", cert)
        return Certificate(cert, key)


def self_signed(folder, domain):
    """A certificate that nobody signed but itself."""
    folder.mkdir(parents=True, exist_ok=True)
    cert = folder / (domain + "-self.pem")
    key = folder / (domain + "-self.key")
    _openssl("req", "-x509", "-newkey", "ec",
             "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "30", "-subj", "/CN=" + domain,
             "-addext", "subjectAltName=DNS:" + domain,
             "-keyout", key, "-out", cert)
    return Certificate(cert, key)
