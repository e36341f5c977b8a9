"""What whoever watches the installation wants to know: one line for each, under the name isotrack.security.

Sign-ins and what failed at them, refusals, what administrators asked for. A line names a person by a sign,
made from the key of the account and the secret of the installation: lines of one person belong together, and
who it is only an administrator can tell, on whose pages the sign stands. They are written whatever LOG_LEVEL
is.
"""

import hashlib
import hmac
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

logger = structlog.stdlib.get_logger("isotrack.security")
REFUSED = (400, 403, 405, 413, 429)
SIGN = 10  # hexadecimal digits: enough for some hundred thousand accounts


def sign_of(key: object) -> str:
    """The name under which log lines know the account with this key."""
    said = f"isotrack log:{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()[:SIGN]


def note(what: str, *, who: object = None, **more: Any) -> None:
    """Write the line; `who` is the key of an account, None for a stranger."""
    logger.info(what, who="-" if who is None else sign_of(who), **more)


def note_answer(request: HttpRequest, response: HttpResponse, *, page: str) -> None:
    """What was refused, and everything an administrator asked for."""
    # As far as the request came to ask who it is: nothing is asked of a database that may be away.
    user = getattr(request, "_cached_user", None)
    key = getattr(user, "pk", None)
    is_administrator = getattr(user, "keeps_accounts", False)
    # A stranger meets 404 at any address they make up; somebody signed in, at what is not theirs to see.
    is_refused = response.status_code in REFUSED or (response.status_code == 404 and key is not None)
    if is_administrator or is_refused:
        what = "refused" if is_refused else "administrator"
        note(what, who=key, page=page, method=request.method, status=response.status_code)
