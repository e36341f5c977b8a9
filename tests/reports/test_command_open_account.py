"""The first administrator is opened from the command line."""

import json

import pytest
from django.core.management import call_command

from agencies.models import Role, User
from isotrack.kit.commands import BadInput
from tests import make

pytestmark = pytest.mark.django_db
WORDS = ["--role", "administrator", "--full-name", "Võ Văn Em", "--email", "em@iso.example"]


def opened(capsys, *words):
    call_command("open_account", "quantri", *WORDS, *words, format="json")
    return json.loads(capsys.readouterr().out)


def test_an_administrator_is_opened_without_a_password(capsys):
    make.department(code="AG-SKHCN")
    assert opened(capsys, "--agency", "AG-SKHCN") == {
        "account": "quantri",
        "role": "administrator",
        "agency": "AG-SKHCN",
    }
    user = User.objects.get(username="quantri")
    assert (user.role, user.has_usable_password(), user.agency.code) == (
        Role.ADMINISTRATOR,
        False,
        "AG-SKHCN",
    )


def test_an_unknown_agency_is_refused(capsys):
    with pytest.raises(BadInput, match="XX"):
        opened(capsys, "--agency", "XX")


def test_a_name_that_is_taken_is_refused(capsys):
    make.department(code="AG-SKHCN")
    opened(capsys, "--agency", "AG-SKHCN")
    with pytest.raises(BadInput, match="already"):
        opened(capsys, "--agency", "AG-SKHCN")
