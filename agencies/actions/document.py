"""Entering a document into the register."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agencies.models import Agency, Document, User
from isotrack.journal.record import record


@transaction.atomic
def register(*, by: User, at: datetime, province: Agency, **values: Any) -> Document:
    """Enter a document of the province, with its file where there is one.

    `values` are fields of Document. Raises ValidationError when another hand entered the same number, date
    and issuer meanwhile.
    """
    document = Document(province=province, **values)
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError:
        raise ValidationError({"number": _("Văn bản này đã có trong sổ.")}, code="twice") from None
    about = ("document", document.pk, document)
    record("document-registered", about, by=by, at=at, province=province.pk)
    return document
