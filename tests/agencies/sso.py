"""A small OpenID Connect provider on 127.0.0.1: discovery, login without questions, token and user info."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit


class Provider(BaseHTTPRequestHandler):
    """Answers as `person` whoever asks."""

    person: dict[str, object] = {}
    asked: list[dict[str, list[str]]] = []

    def do_GET(self):
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path.endswith("/authorize"):
            self.asked.append(query)
            back = {"code": "c0de", "state": query["state"][0]}
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri'][0]}?{urlencode(back)}")
            self.end_headers()
        elif path.endswith("/userinfo"):
            assert self.headers["Authorization"] == "Bearer t0ken"
            self._say(self.person)
        else:
            self._say(self._discovery())

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.asked.append(sent)
        self._say({"access_token": "t0ken", "token_type": "Bearer"})

    def _discovery(self):
        here = f"http://{self.headers['Host']}/realms/x"
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
        }
        more = {"issuer": here, "jwks_uri": f"{here}/keys"}
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
def provider(**person: object) -> Iterator[tuple[str, type[Provider]]]:
    """Run it while the block lasts; gives its address and what it was asked."""
    handler = type("Handler", (Provider,), {"person": person, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/realms/x", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
