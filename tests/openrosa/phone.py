"""A raw OpenRosa client over real sockets: Basic or Digest by hand, multipart by hand, nothing of the application's own code."""

import base64
import hashlib
import http.client
import itertools
import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def xml(self) -> Element:
        root: Element = fromstring(self.body)
        return root

    @property
    def message(self) -> str:
        found = self.xml.find("{http://openrosa.org/http/response}message")
        assert found is not None
        return found.text or ""

    @property
    def nature(self) -> str:
        return self.xml[0].get("nature", "")


@dataclass
class Phone:
    """A phone: an address, a login, a password, and how it proves that it knows it."""

    port: int
    login: str = ""
    password: str = ""
    scheme: str = "basic"
    algorithm: str = "MD5"
    extra: dict[str, str] = field(default_factory=dict)
    challenge: dict[str, str] = field(default_factory=dict)
    counter: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def raw(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers={"X-OpenRosa-Version": "1.0", **self.extra, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
        """A request with the proof; a Digest client takes up the challenge that it is given, once."""
        if self.scheme == "basic":
            token = base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
            return self.raw(method, path, {**(headers or {}), "Authorization": f"Basic {token}"}, body)
        for _attempt in range(2):
            proof = {"Authorization": self.proof(method, path)} if self.challenge else {}
            answer = self.raw(method, path, {**(headers or {}), **proof}, body)
            if answer.status != 401:
                return answer
            self.challenge = self.offered(answer)
            self.counter = itertools.count(1)
        return answer

    def offered(self, answer: Answer) -> dict[str, str]:
        for header in answer.headers.get_all("WWW-Authenticate") or []:
            found = {name: quoted or bare for name, quoted, bare in PARAMETER.findall(header)}
            if header.startswith("Digest ") and found["algorithm"] == self.algorithm:
                return found
        raise AssertionError("no such challenge")

    def proof(self, method: str, path: str, count: int | None = None) -> str:
        def hashed(text: str) -> str:
            return HASHES[self.algorithm](text.encode()).hexdigest()

        realm, nonce = self.challenge["realm"], self.challenge["nonce"]
        number = f"{next(self.counter) if count is None else count:08x}"
        cnonce = secrets.token_hex(8)
        ours = hashed(f"{self.login}:{realm}:{self.password}")
        response = hashed(f"{ours}:{nonce}:{number}:{cnonce}:auth:{hashed(f'{method}:{path}')}")
        return (
            f'Digest username="{self.login}", realm="{realm}", nonce="{nonce}", uri="{path}", qop=auth, nc={number}, '
            f'cnonce="{cnonce}", response="{response}", algorithm={self.algorithm}'
        )

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def submit(self, xml: bytes, *, name: str = "xml_submission_file", extra: bytes = b"") -> Answer:
        boundary = uuid.uuid4().hex
        part = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="envoi.xml"\r\nContent-Type: text/xml\r\n\r\n'
        ).encode()
        more = extra.replace(b"BOUNDARY", boundary.encode())
        body = part + xml + b"\r\n" + more + f"--{boundary}--\r\n".encode()
        return self.send("POST", "/openrosa/submission", {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body)


def filled(
    reference: str,
    sections: str,
    *,
    instance: str | None = None,
    deprecated: str = "",
    form: str = "renouvellement_generationnel-2026-1",
    version: str = "2026-1",
) -> bytes:
    """The XML of a filled form, as Collect writes it."""
    identity = f"uuid:{uuid.uuid4()}" if instance is None else instance
    replaced = f"<deprecatedID>{deprecated}</deprecatedID>" if deprecated else ""
    return (
        f'<?xml version=\'1.0\' ?><data xmlns:orx="http://openrosa.org/xforms" xmlns:jr="http://openrosa.org/javarosa" '
        f'id="{form}" version="{version}"><dossier-choisi>{reference}</dossier-choisi>{sections}'
        f"<orx:meta><orx:instanceID>{identity}</orx:instanceID>{replaced.replace('deprecatedID', 'orx:deprecatedID')}</orx:meta></data>"
    ).encode()
