"""A small OpenID Connect provider on 127.0.0.1: discovery, login without questions, token and user info."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


@cache
def key(whose: str) -> rsa.RSAPrivateKey:
    """Of the provider, or of somebody who would like to be it."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed(claims: dict[str, Any], *, algorithm: str = "RS256", by: str = "ours") -> str:
    """A token with these claims."""
    secret: Any = {"none": "", "HS256": "s3cret " * 8}.get(algorithm, key(by))
    return jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": "k1"})


class Provider(BaseHTTPRequestHandler):
    """Answers as `person` whoever asks. `lies` changes what it says of itself and how it signs."""

    person: dict[str, object] = {}
    asked: list[dict[str, list[str]]] = []
    lies: dict[str, Any] = {}

    def do_GET(self):
        if elsewhere := self.lies.get("elsewhere", {}).get(self.path):
            self.send_response(302)
            self.send_header("Location", elsewhere)
            self.end_headers()
            return
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path.endswith("/authorize"):
            self.asked.append(query)
            back = {"code": "c0de", "state": query["state"][0]}
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri'][0]}?{urlencode(back)}")
            self.end_headers()
        elif path.endswith("/keys"):
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key("ours").public_key()))
            self._say({"keys": [public | {"kid": "k1", "alg": "RS256", "use": "sig"}]})
        elif path.endswith("/userinfo"):
            assert self.headers["Authorization"] == "Bearer t0ken"
            self._say(self.person)
        else:
            self._say(self._discovery())

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.asked.append(sent)
        said = {"access_token": "t0ken", "token_type": "Bearer", "id_token": self._token()}
        self._say({name: value for name, value in said.items() if value})

    def _token(self) -> str:
        if self.lies.get("silent"):
            return ""
        now, person = int(time.time()), {"iss": self._here(), "aud": "iso", "sub": self.person["sub"]}
        claims = person | {"nonce": self.asked[0].get("nonce", [""])[0], "iat": now, "exp": now + 60}
        return signed(claims | self.lies.get("claims", {}), **self.lies.get("signing", {}))

    def _here(self) -> str:
        return f"http://{self.headers['Host']}/realms/x"

    def _discovery(self):
        here = self._here()
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
        }
        more = {"issuer": self.lies.get("issuer", here), "jwks_uri": f"{here}/keys"}
        more["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
        return {name: f"{here}/{place}" for name, place in places.items()} | more

    def _say(self, what):
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Say nothing."""


@contextmanager
def provider(lies: dict[str, Any] | None = None, **person: object) -> Iterator[tuple[str, type[Provider]]]:
    """Run it while the block lasts; gives its address and what it was asked."""
    handler = type("Handler", (Provider,), {"person": person, "asked": [], "lies": lies or {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/realms/x", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
