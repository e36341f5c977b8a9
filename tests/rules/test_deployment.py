"""What nginx, systemd and the containers are told: read here as they stand, tried by hand at a release."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NGINX = (ROOT / "deploy/nginx/isotrack.conf").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
IMAGE = (ROOT / "deploy/Dockerfile").read_text("utf-8")
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))


def said(word: str, text: str = NGINX) -> list[str]:
    """What stands after a directive, each time."""
    return re.findall(rf"^\s*{re.escape(word)}\s+(.*);", text, re.MULTILINE)


def test_only_tls_that_is_still_good_is_spoken():
    assert said("ssl_protocols") == ["TLSv1.2 TLSv1.3"]
    (ciphers,) = said("ssl_ciphers")
    names = ciphers.split(":")
    assert all(name.startswith("ECDHE-") and ("GCM" in name or "POLY1305" in name) for name in names)
    assert "AES256" in names[0] and said("ssl_prefer_server_ciphers") == ["on"]


def test_every_answer_of_its_own_announces_https():
    (told,) = [line for line in said("add_header") if line.startswith("Strict-Transport-Security")]
    assert re.search(r'"max-age=31536000; includeSubDomains[^"]*" always$', told)
    # Said by a location of its own, the header of the server would no longer hold there.
    assert not [place for place in re.findall(r"location[^{]*\{([^}]*)\}", NGINX) if "add_header" in place]


def test_programs_are_refused_without_tls():
    plain = NGINX.partition("listen 80;")[2].partition("listen 443")[0]
    assert re.search(r"location ~ \\\.ics\$ \{ return 403; \}", plain)
    assert "proxy_pass" not in plain


def test_what_a_client_claims_to_be_is_replaced():
    headers = dict(line.split(maxsplit=1) for line in said("proxy_set_header"))
    assert (headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]) == ("$remote_addr", "$scheme")


def test_no_history_is_served_or_packed():
    assert not said("root") and not said("alias") and not said("autoindex")
    first, *rest = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert first == "*" and not [line for line in rest if line.startswith("!.")]


def test_the_image_holds_no_tests():
    assert re.search(r"rm -rf [^\n]*\btests\b", IMAGE)
    assert "requirements-dev" not in IMAGE and "install run" in IMAGE


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_services_run_with_least_rights(path):
    text = path.read_text("utf-8")
    for line in ("User=isotrack", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077"):
        assert line in text
    assert re.search(r"^USER isotrack$", IMAGE, re.MULTILINE)


def test_no_service_has_a_password_written_down():
    told = [value for one in COMPOSE["services"].values() for value in one.get("environment", {}).items()]
    secrets = [value for name, value in told if re.search(r"PASSWORD|SECRET|ROOT_USER", name)]
    assert secrets and all(re.fullmatch(r"\$\{\w+:\?\}", value) for value in secrets)
