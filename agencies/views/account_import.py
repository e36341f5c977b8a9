"""Accounts from Excel: a file is judged and shown first; nothing is saved until somebody confirms."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.actions import upload
from agencies.actions.account_import import AccountImport, carry_out, read_accounts
from agencies.forms.account_import import AccountFileForm
from agencies.models import Agency
from agencies.views import SignedRequest
from agencies.views.workbooks import marked_copy, workbook
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.sheets import Mark, SheetRefused

KEY = "account-import"  # in the session: where the file lies that was shown last


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: SignedRequest) -> HttpResponse:
    """Choose a file and see what it would do, with every message at its cell."""
    province = _province(request)
    posted = request.method == "POST"
    form = AccountFileForm(request.POST if posted else None, request.FILES if posted else None)
    form.cancel_url = reverse("agencies:account-list")
    found: AccountImport | None = None
    if form.is_valid():
        upload.drop(request.session.pop(KEY, ""))
        file = form.cleaned_data["file"].file
        try:
            found = read_accounts(file, province=province, at=clock.now())
        except SheetRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            request.session[KEY] = upload.keep(file)
    return render(request, "agencies/account_import.html", {"form": form, "found": found})


@require_POST
def confirm(request: SignedRequest) -> HttpResponse:
    """Carry out the file that was shown: judged anew, all of it or nothing."""
    province, now = _province(request), clock.now()
    name = request.session.pop(KEY, "")
    file = upload.kept(name)
    if file is None:
        messages.error(request, _("Tệp xem trước không còn: chọn lại tệp."))
        return redirect("agencies:account-import")
    with file:
        found = read_accounts(file, province=province, at=now)
    upload.drop(name)
    try:
        carry_out(found, by=request.user, at=now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("agencies:account-import")
    counts = found.counts()
    words = _("Đã nhập: %(created)d lời mời, %(updated)d tài khoản được đổi, %(unchanged)d giữ nguyên.")
    messages.success(request, words % counts)
    return redirect("agencies:invitation-list" if counts["created"] else "agencies:account-list")


@require_safe
@costly
def marked(request: SignedRequest) -> HttpResponse:
    """The file that was shown last with its wrong cells coloured, and a first sheet that lists everything."""
    province, now = _province(request), clock.now()
    file = upload.kept(request.session.get(KEY, ""))
    if file is None:
        raise Http404
    with file:
        found = read_accounts(file, province=province, at=now)
        marks = [Mark(one.sheet, one.cell, one.level, one.message) for one in found.messages]
        try:
            return workbook(marked_copy(file, marks, at=now), "danh-dau-tai-khoan.xlsx")
        except SheetRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("agencies:account-import")


def _province(request: SignedRequest) -> Agency:
    agency = request.user.agency
    if not request.user.keeps_accounts or agency is None or agency.province is None:
        raise Http404
    return agency.province
