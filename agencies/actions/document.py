"""Entering a document into the register."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
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


@transaction.atomic
def add_file(document: Document, *, by: User, at: datetime, file: "File[bytes]") -> Document:
    """Add the file of a document entered without one; a file that is there is never exchanged.

    Raises ValidationError when another hand added it meanwhile.
    """
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.file:
        raise ValidationError(_("Văn bản này vừa được thêm tệp."), code="twice")
    document.file = file
    document.save(update_fields=["file"])
    about = ("document", document.pk, document)
    record("document-file-added", about, by=by, at=at, province=document.province_id)
    return document
