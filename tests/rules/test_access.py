"""Nobody gets in where they do not belong: every address × every person, against a written table.

The thing at each address belongs to the commune Khánh An. A new address without a row fails the test. GET is
tried everywhere, POST wherever something can be changed: a stranger meets 404 there too.
"""

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from agencies.actions.calendar import renew_calendar
from agencies.models import Role, User
from isotrack.journal.models import Notice
from plans.models import Participant, UpkeepKind
from reports.deep_link import link_to
from reports.models import Attachment, ReminderRule
from tests import make
from tests.plans import classes, money, planning
from tests.reports import drafts, inspected, successions

pytestmark = pytest.mark.django_db

# Who tries, in the order of the columns below.
PEOPLE = ("anonymous", "own", "above", "sibling", "staff", "finance", "leader", "administrator", "elsewhere")
# y 200 · n 404 · l to the login page · r elsewhere in the application · m POST only · p not now (conflict)
GET = {
    "home": "l y y y y y y y y",
    "look": "r r r r r r r r r",
    "healthz": "y y y y y y y y y",
    "readyz": "y y y y y y y y y",
    "metrics": "y y y y y y y y y",
    "demo-clock": "l y y y y y y y y",
    "agency-detail": "l y y n y y y y n",
    "agencies:agency-list": "l y y y y y y y y",
    "agencies:agency-names": "l y y y y y y y y",
    "agencies:superior-names": "l y y y y y y y y",
    "agency-history": "l n n n y n n y n",
    "agencies:agency-bulk": "l n n n r n n n r",
    "agencies:agency-edit": "l n n n y n n n n",
    "agencies:agency-contact": "l y n n y n n n n",
    "agencies:registry-export": "l y y y y y y y y",
    "agencies:registry-upload": "l n n n y n n n y",
    "agencies:registry-preview": "l n n n y n n n n",
    "agencies:registry-confirm": "l m m m m m m m m",
    "agencies:registry-drop": "l m m m m m m m m",
    "agencies:registry-marked": "l n n n y n n n n",
    "agencies:document-list": "l y y y y y y y y",
    "agencies:document-add": "l n n n y n n n y",
    "agencies:document-detail": "l y y y y y y y n",
    "agencies:document-file": "l y y y y y y y n",
    "agencies:document-attach": "l n n n n n n n n",  # it has its file
    "agencies:account-list": "l n n n y n n y y",
    "agencies:account-add": "l n n n n n n y n",
    "agencies:account-own": "l y y y y y y y y",
    "agencies:session-end": "l m m m m m m m m",
    "agencies:account-sessions-end": "l m m m m m m m m",
    "agencies:account-second-factor": "l n n n n n n y n",
    "agencies:account-edit": "l n n n n n n y n",
    "agencies:account-post": "l n n n n n n y n",
    "agencies:account-detail": "l n n n y n n y n",
    "agencies:account-delegation": "l n n n n n n y n",
    "agencies:account-import": "l n n n n n n y n",
    "agencies:account-import-marked": "l n n n n n n n n",  # until a file was shown
    "agencies:account-import-confirm": "l m m m m m m m m",
    "agencies:absence-rules": "l n n n n n n y n",
    "agencies:absence-edit": "l n n n n n n y n",
    "agencies:contact-list": "l n n n y n n y y",
    "agencies:delegation-own": "l y y y y y y y y",
    "agencies:delegation-end": "l m m m m m m m m",
    "agencies:invitation-list": "l n n n y n n y y",
    "agencies:invitation-add": "l n n n y n n y y",
    "agencies:invitation-again": "l m m m m m m m m",
    "agencies:invitation-withdraw": "l m m m m m m m m",
    # Whoever has the mail opens it; that is what makes it an invitation.
    "agencies:invitation-accept": "y y y y y y y y y",
    "reports:succession-list": "l n n n y y y y y",
    "reports:succession-add": "l n n n y n n n y",
    "reports:succession-detail": "l n n n y y y y n",
    "reports:succession-cancel": "l n n n y n n n n",
    "reports:succession-decide": "l n n n y n n n n",
    "reports:cycle-list": "l y y y y y y n y",
    "reports:cycle-open": "l n n n y n n n y",
    "reports:cycle-board": "l y y y y y y n y",
    "reports:cycle-export": "l y y y y y y n y",
    "reports:cycle-switches": "l n n n y n n n y",
    "reports:cycle-forms": "l m m m m m m m m",
    "reports:cycle-statistics": "l n n n y y y n y",
    "reports:cycle-statistics-rows": "l n n n y y y n y",
    "reports:cycle-snapshot-add": "l n n n y n n n y",
    "reports:snapshot-list": "l n n n y y y n y",
    "reports:snapshot-detail": "l n n n y y y n n",
    "reports:snapshot-rows": "l n n n y y y n n",
    "reports:cycle-narrative": "l n n n y n n n y",
    "reports:snapshot-work": "l n n n y y y n n",
    "reports:snapshot-number": "l n n n y n n n n",
    "reports:snapshot-file": "l m m m m m m m m",
    "reports:job-list": "l y y y y y y y y",
    "reports:job-detail": "l n n n y n n n n",
    "reports:job-stop": "l m m m m m m m m",
    "reports:job-file": "l n n n y n n n n",
    "reports:report-list": "l y y y r r r r r",
    "reports:report-detail": "l y y n y y y n n",
    "reports:report-why": "l y y n y y y n n",
    "reports:report-file": "l y y n y y y n n",
    "reports:report-receipt": "l y y n y y y n n",
    "reports:report-receipt-paper": "l y y n y y y n n",
    "reports:report-paper": "l y y n y y y n n",
    "reports:verify": "y y y y y y y y y",
    "reports:guide": "y y y y y y y y y",
    "reports:public": "y y y y y y y y y",
    "reports:public-province": "y y y y y y y y y",
    "reports:public-agencies": "y y y y y y y y y",
    "reports:public-rates": "y y y y y y y y y",
    "reports:public-declarations": "y y y y y y y y y",
    "reports:calendar": "l y y y y y y y y",
    "reports:calendar-renew": "l m m m m m m m m",
    "reports:calendar-revoke": "l m m m m m m m m",
    # Whoever has the secret reads it; that is what makes it one.
    "reports:calendar-feed": "y y y y y y y y y",
    "reports:report-fill": "l r n n n n n n n",
    "reports:report-section": "l y n n n n n n n",
    "reports:report-send": "l y n n n n n n n",
    "reports:report-nil": "l y n n n n n n n",
    "reports:report-workbook": "l y n n n n n n n",
    "reports:report-workbook-upload": "l y n n n n n n n",
    "reports:report-workbook-marked": "l n n n n n n n n",
    "reports:report-section-state": "l y n n n n n n n",
    "reports:report-autosave": "l m m m m m m m m",
    "reports:report-pending": "l r n n n n n n n",
    "reports:report-confirm": "l m m m m m m m m",
    "reports:report-send-back": "l m m m m m m m m",
    "reports:report-take-back": "l m m m m m m m m",
    "reports:report-withdraw": "l r n n n n n n n",
    "reports:report-letter": "l y n n n n n n n",
    "reports:rescued": "l r r r r r r r r",
    "reports:report-accept": "l m m m m m m m m",
    "reports:report-return": "l n n n y n n n n",
    "reports:report-extend": "l n n n y n n n n",
    "reports:report-exempt": "l n n n y n n n n",
    "reports:report-reopen": "l n n n y n n n n",
    "reports:report-withdrawal": "l n n n y n n n n",
    "reports:report-assign": "l m m m m m m m m",
    "reports:report-comment-add": "l n n n y n n n n",
    "reports:report-comment-settle": "l m m m m m m m m",
    "reports:report-compare": "l y y n y y y n n",
    "reports:report-inspection": "l n n n y n n n n",
    "reports:report-paper-entry": "l n n n y n n n n",
    "reports:report-paper-drop": "l n n n y n n n n",
    "reports:review-queue": "l n n n y n n n y",
    "reports:review-queue-accept": "l m m m m m m m m",
    "reports:review-queue-assign": "l m m m m m m m m",
    "reports:notice-list": "l n n n y n n n y",
    "reports:notice-detail": "l n n n y n n n n",
    "reports:notice-retry": "l m m m m m m m m",
    "reports:notice-retry-all": "l m m m m m m m m",
    "reports:notice-export": "l n n n y n n n y",
    "reports:notice-dead": "l n n n y n n n n",
    "reports:notice-digest": "l n n n y n n n y",
    "reports:ahead-calendar": "l n n n y n n n y",
    "reports:ahead-day": "l n n n y n n n y",
    "reports:address-list": "l n n n y n n n y",
    "reports:address-revive": "l m m m m m m m m",
    "reports:address-bounces": "l n n n y n n n y",
    "reports:address-unreached": "l n n n y n n n y",
    "reports:reminder-letter": "l n n n y n n n n",
    "reports:deep-link": "l r n n n n n n n",
    "reports:rule-list": "l n n n y n n y y",
    "reports:rule-add": "l n n n y n n y y",
    "reports:rule-add-preview": "l m m m m m m m m",
    "reports:rule-edit": "l n n n y n n y n",
    "reports:rule-preview": "l m m m m m m m m",
    "reports:rule-switch": "l m m m m m m m m",
    "reports:operations": "l n n n n n n y n",
    "reports:entry-list": "l n n n y n n y y",
    "reports:entry-export": "l n n n y n n y y",
    "reports:view-list": "l y y y y y y y y",
    # Without a list and filters there is nothing to save.
    "reports:view-add": "l n n n n n n n n",
    "reports:view-edit": "l n n n y n n n n",
    "reports:view-remove": "l m m m m m m m m",
    "reports:view-move": "l m m m m m m m m",
    "reports:questionnaire-list": "l n n n y n n n y",
    "reports:questionnaire-upload": "l n n n y n n n y",
    "reports:questionnaire-detail": "l n n n y n n n n",
    "reports:questionnaire-copy": "l m m m m m m m m",
    "reports:questionnaire-download": "l n n n y n n n n",
    "reports:questionnaire-preview": "l n n n y n n n n",
    "reports:questionnaire-compare": "l n n n y n n n n",
    "reports:questionnaire-publish": "l n n n y n n n n",
    "reports:questionnaire-use": "l n n n y n n n n",
    "reports:questionnaire-titles": "l n n n y n n n n",
    "reports:questionnaire-part-add": "l n n n y n n n n",
    "reports:questionnaire-part-edit": "l n n n y n n n n",
    "reports:questionnaire-part-remove": "l n n n y n n n n",
    "reports:questionnaire-part-move": "l m m m m m m m m",
    "reports:directive-list": "l y y y y y y n y",
    "reports:discipline-board": "l n n n y y y n y",
    "reports:discipline-open": "l n n n y n n n y",
    "reports:discipline-letters": "l m m m m m m m m",
    "reports:discipline-paper": "l n n n y y y n y",
    "reports:directive-detail": "l n y n y y y n n",
    "reports:directive-paper": "l n y n y y y n n",
    "reports:directive-letter-file": "l y y n y y y n n",
    "reports:directive-redraw": "l m m m m m m m m",
    "reports:directive-cancel": "l n n n y n n n n",
    "reports:directive-reopen": "l n n n y n n n n",
    "reports:inspection-list": "l y y y r r r n r",
    "reports:inspectionplan-detail": "l n n n y y y n y",
    "reports:inspectionplan-draft": "l m m m m m m m m",
    "reports:inspectionplan-add": "l n n n y n n n n",
    "reports:inspectionplan-approve": "l n n n y n n n n",
    "reports:inspectionplan-export": "l n n n y y y n n",
    "reports:inspectionplan-paper": "l n n n y y y n n",
    "reports:inspectionplan-summary": "l n n n y y y n n",
    "reports:inspectionplan-summary-file": "l n n n y y y n n",
    "reports:inspection-detail": "l y y n y y y n n",
    "reports:inspection-edit": "l n n n y n n n n",
    "reports:inspection-cancel": "l n n n y n n n n",
    "reports:inspection-team": "l n n n y n n n n",
    "reports:inspection-checklist": "l n n n y n n n n",
    "reports:inspection-minutes": "l n n n y n n n n",
    "reports:inspection-minutes-draft": "l n n n y n n n n",
    "reports:inspection-paper-add": "l n n n y n n n n",
    "reports:inspection-paper": "l y y n y y y n n",
    "reports:inspection-close": "l m m m m m m m m",
    "reports:corrective-detail": "l y y n y y y n n",
    "reports:corrective-decide": "l n n n y n n n n",
    "reports:corrective-file": "l y y n y y y n n",
    "reports:cycle-close": "l n n n y n n n y",
    "reports:closing-detail": "l n n n y y y n n",
    "plans:plan-list": "l y y y y y y y y",
    "plans:plan-add": "l n n n y n n n y",
    "plans:plan-detail": "l y y n y y y n n",
    "plans:plan-edit": "l n n n y n n n n",
    "plans:plan-entry-add": "l n n n y n n n n",
    "plans:plan-entry-edit": "l n n n y n n n n",
    "plans:plan-entry-remove": "l n n n y n n n n",
    "plans:plan-entry-steps": "l y y n y y y n n",
    "plans:plan-submit": "l n n n y n n n n",
    "plans:plan-return": "l n n n n y n n n",
    "plans:plan-clear": "l n n n n y n n n",
    "plans:plan-approve": "l n n n n n y n n",
    "plans:plan-start": "l n n n y n n n n",
    "plans:plan-close": "l n n n y n n n n",
    "plans:plan-versions": "l n n n y y y n n",
    "plans:plan-paper": "l n n n y y y n n",
    "plans:plan-export": "l y y n y y y n n",
    "plans:funding-table": "l y y n y y y n n",
    "plans:funding-export": "l y y n y y y n n",
    "plans:funding-import": "l n n n y n n n n",
    "plans:finance-review": "l n n n n y n n n",
    "plans:source-list": "l n n n y y y n y",
    "plans:source-add": "l n n n n y n n n",
    "plans:source-edit": "l n n n n y n n n",
    "plans:declaration-list": "l y y y y y y n y",
    "plans:declaration-detail": "l y y n y y y n n",
    "plans:declaration-publish": "l y n n y n n n n",
    "plans:declaration-add": "l y n n y n n n n",
    "plans:upkeep-add": "l y n n y n n n n",
    "plans:upkeep-finish": "l y n n y n n n n",
    "plans:training-list": "l y y y y y y n y",
    "plans:training-add": "l n n n y n n n y",
    "plans:training-coverage": "l n n n y y y n y",
    "plans:training-detail": "l y y y y y y n n",
    "plans:training-edit": "l n n n y n n n n",
    "plans:training-register": "l y y y y n n n n",
    "plans:training-attendance": "l n n n y n n n n",
    "plans:training-list-export": "l n n n y y y n n",
    "plans:training-certificate": "l y y n y y y n n",
    "plans:training-withdraw": "l y n n y n n n n",
    "plans:consultant-list": "l n n n y y y n y",
    "plans:consultant-add": "l n n n y n n n y",
    "plans:consultant-edit": "l n n n y n n n y",
    "plans:confirmation-add": "l n n n y n n n y",
    "plans:contract-add": "l n n n y n n n y",
    "account_login": "y r r r r r r r r",
    "account_logout": "l y y y y y y y y",
    "account_change_password": "l y y y y y y y y",
    "account_set_password": "l r r r r r r r r",
    "account_reset_password": "y y y y y y y y y",
    "account_reset_password_done": "y y y y y y y y y",
    "account_reset_password_from_key": "y y y y y y y y y",
    "account_reset_password_from_key_done": "y y y y y y y y y",
    "account_signup": "y y y y y y y y y",
    # What changes how one signs in asks for the password once more; who has no second factor has no codes.
    "account_reauthenticate": "l y y y y y y y y",
    "mfa_index": "l y y y y y y y y",
    "mfa_authenticate": "l r r r r r r r r",
    "mfa_reauthenticate": "l r r r r r r r r",
    "mfa_activate_totp": "l r r r r r r r r",
    "mfa_deactivate_totp": "l n n n n n n n n",
    "mfa_view_recovery_codes": "l n n n n n n n n",
    "mfa_download_recovery_codes": "l n n n n n n n n",
    "mfa_generate_recovery_codes": "l r r r r r r r r",
    "mfa_list_webauthn": "l y y y y y y y y",
    "mfa_add_webauthn": "l r r r r r r r r",
    "mfa_edit_webauthn": "l r r r r r r r r",
    "mfa_remove_webauthn": "l r r r r r r r r",
    "mfa_reauthenticate_webauthn": "l r r r r r r r r",
    "openid_connect_login": "n n n n n n n n n",
    "openid_connect_callback": "n n n n n n n n n",
    "socialaccount_login_cancelled": "y y y y y y y y y",
    "account_inactive": "y y y y y y y y y",
}
ALL_BUT_STAFF = {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"}
# What a POST without fields meets: a stranger 404, whoever may act something else.
OUTSIDE = {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"}
POST_REFUSED = {
    "reports:succession-add": OUTSIDE - {"elsewhere"},
    "reports:succession-cancel": OUTSIDE,
    "reports:succession-decide": OUTSIDE,
    "reports:questionnaire-copy": ALL_BUT_STAFF,
    "reports:questionnaire-preview": ALL_BUT_STAFF,
    "reports:questionnaire-publish": ALL_BUT_STAFF,
    "reports:questionnaire-use": ALL_BUT_STAFF,
    "reports:questionnaire-titles": ALL_BUT_STAFF,
    "reports:questionnaire-part-add": ALL_BUT_STAFF,
    "reports:questionnaire-part-edit": ALL_BUT_STAFF,
    "reports:questionnaire-part-remove": ALL_BUT_STAFF,
    "reports:questionnaire-part-move": ALL_BUT_STAFF,
    "reports:questionnaire-upload": ALL_BUT_STAFF - {"elsewhere"},
    "reports:report-accept": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-return": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-extend": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-exempt": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-reopen": OUTSIDE,
    "reports:report-withdrawal": OUTSIDE,
    "reports:report-assign": OUTSIDE,
    "reports:report-comment-add": OUTSIDE,
    "reports:report-comment-settle": OUTSIDE,
    "reports:report-inspection": OUTSIDE,
    "reports:report-paper-entry": OUTSIDE,
    "reports:report-paper-drop": OUTSIDE,
    "reports:review-queue-accept": OUTSIDE - {"elsewhere"},
    "reports:review-queue-assign": OUTSIDE - {"elsewhere"},
    "reports:report-send": {"above", "sibling", "staff", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-nil": {"above", "sibling", "staff", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-autosave": {
        "above",
        "sibling",
        "staff",
        "finance",
        "leader",
        "administrator",
        "elsewhere",
    },
    "reports:report-confirm": {
        "own",
        "above",
        "sibling",
        "staff",
        "finance",
        "leader",
        "administrator",
        "elsewhere",
    },
    "reports:report-take-back": {
        "above",
        "sibling",
        "staff",
        "finance",
        "leader",
        "administrator",
        "elsewhere",
    },
    "reports:report-withdraw": {
        "above",
        "sibling",
        "staff",
        "finance",
        "leader",
        "administrator",
        "elsewhere",
    },
    "reports:report-letter": {"above", "sibling", "staff", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-send-back": {
        "own",
        "above",
        "sibling",
        "staff",
        "finance",
        "leader",
        "administrator",
        "elsewhere",
    },
    "reports:report-section": {
        "above",
        "sibling",
        "staff",
        "finance",
        "leader",
        "administrator",
        "elsewhere",
    },
    "reports:directive-detail": OUTSIDE - {"above"},
    "reports:directive-redraw": OUTSIDE - {"above"},
    "reports:directive-cancel": OUTSIDE,
    "reports:directive-reopen": OUTSIDE,
    "reports:discipline-open": OUTSIDE - {"elsewhere"},
    "reports:discipline-letters": OUTSIDE - {"elsewhere"},
    "reports:inspectionplan-draft": OUTSIDE - {"elsewhere"},
    "reports:inspectionplan-add": OUTSIDE,
    "reports:inspectionplan-approve": OUTSIDE,
    "reports:inspection-edit": OUTSIDE,
    "reports:inspection-cancel": OUTSIDE,
    "reports:inspection-team": OUTSIDE,
    "reports:inspection-checklist": OUTSIDE,
    "reports:inspection-minutes": OUTSIDE,
    "reports:inspection-paper-add": OUTSIDE,
    "reports:inspection-close": OUTSIDE,
    "reports:corrective-detail": OUTSIDE - {"own"},
    "reports:corrective-decide": OUTSIDE,
    "reports:cycle-close": OUTSIDE - {"elsewhere"},
    "reports:cycle-switches": {"own", "above", "sibling", "finance", "leader", "administrator"},
    "reports:cycle-forms": {"own", "above", "sibling", "finance", "leader", "administrator"},
    "reports:report-workbook-upload": {
        "above",
        "sibling",
        "staff",
        "finance",
        "leader",
        "administrator",
        "elsewhere",
    },
    "reports:notice-retry": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:notice-retry-all": {"own", "above", "sibling", "finance", "leader", "administrator"},
    "reports:notice-dead": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:notice-digest": {"own", "above", "sibling", "finance", "leader", "administrator"},
    "reports:address-revive": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:address-bounces": {"own", "above", "sibling", "finance", "leader", "administrator"},
    "reports:rule-add": {"own", "above", "sibling", "finance", "leader"},
    "reports:rule-add-preview": {"own", "above", "sibling", "finance", "leader"},
    "reports:rule-edit": {"own", "above", "sibling", "finance", "leader", "elsewhere"},
    "reports:rule-preview": {"own", "above", "sibling", "finance", "leader", "elsewhere"},
    "reports:rule-switch": {"own", "above", "sibling", "finance", "leader", "elsewhere"},
    "reports:cycle-snapshot-add": {"own", "above", "sibling", "finance", "leader", "administrator"},
    "reports:cycle-narrative": {"own", "above", "sibling", "finance", "leader", "administrator"},
    "reports:snapshot-number": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:snapshot-file": {"own", "above", "sibling", "administrator", "elsewhere"},
    "reports:job-stop": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "agencies:agency-bulk": OUTSIDE - {"elsewhere"},
    "reports:view-edit": OUTSIDE,
    "reports:view-remove": OUTSIDE,
    # In order is put what is one's own.
    "reports:view-move": OUTSIDE | {"staff"},
    "agencies:agency-edit": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "agencies:agency-contact": {"above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "agencies:account-sessions-end": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:account-second-factor": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:registry-upload": OUTSIDE - {"elsewhere"},
    "agencies:registry-confirm": OUTSIDE,
    "agencies:registry-drop": OUTSIDE,
    "agencies:account-delegation": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:account-import": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:account-import-confirm": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:absence-edit": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:delegation-end": {"above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:invitation-add": {"own", "above", "sibling", "finance", "leader"},
    "agencies:invitation-again": {"own", "above", "sibling", "finance", "leader", "elsewhere"},
    "agencies:invitation-withdraw": {"own", "above", "sibling", "finance", "leader", "elsewhere"},
    "agencies:account-edit": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:account-post": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
}


def names(patterns: list[Any], namespace: str = "") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.append(namespace + pattern.name)
    return found


@pytest.fixture
def world(tmp_path):
    """One commune with a report, a file, a notice and a document; and everybody who may come near."""
    district = make.district()
    commune = make.agency(superior=district, code="30340")
    sister = make.agency("Ủy ban nhân dân xã Phú Hội", superior=district)
    other = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    people = {
        "own": make.officer(commune),
        "above": make.officer(district),
        "sibling": make.officer(sister),
        "staff": make.staff(),
        "finance": make.user(Role.FINANCE, make.department("Sở Tài chính")),
        "leader": make.user(Role.LEADER, make.province()),
        "administrator": make.user(Role.ADMINISTRATOR, make.department("Văn phòng")),
        "elsewhere": make.staff(other),
    }
    cycle = make.cycle()
    make.cycle(other)
    report = make.report(commune, cycle, sent="2021-06-10 08:00", state="returned", **RETURNED)
    document = make.document()
    document.file.save("a.pdf", ContentFile(b"%PDF-1.7"))
    file = Attachment(report=report, question="signed_report_file", name="a.pdf", size=8, sha256="0" * 64)
    file.uploaded_at = make.at("2021-06-09")
    file.file.save("a.pdf", ContentFile(b"%PDF-1.7"))
    notice = Notice.objects.create(
        voice="report-reminder",
        about=f"report:{report.pk}",
        about_label="Kỳ 2020",
        step="officer-7",
        recipient="a@b.example",
        recipient_label="UBND xã Khánh An",
        province=str(cycle.province_id),
        planned_for=make.NOW,
        state="failed",
        reason="550",
        tries=3,
    )
    invitation = make.invitation(commune)
    keys = {
        "agency": {"pk": commune.pk},
        "document": {"pk": document.pk},
        "account": {"pk": people["own"].pk},
        "registry": {"pk": make.registry_file(people["staff"]).pk},
        "invitation": {"pk": invitation.pk},
        "delegation": {"pk": make.delegation(people["own"]).pk},
        "absence": {"role": "officer"},
        "cycle": {"year": 2020},
        "report": {"pk": report.pk},
        "notice": {"pk": notice.pk},
        "address": {"pk": make.dead_address().pk},
        "ahead": {"day": "2021-06-22"},
        "deep": {"token": link_to(report, make.NOW).token},
        "reminder": {"pk": cycle.reports.get(agency=sister).pk},
        "rule": {"pk": ReminderRule.objects.filter(province=cycle.province).first().pk},
    }
    snapshot, forms = make.snapshot(cycle), drafts.keys(people["staff"])
    keys |= {
        "questionnaire": forms["questionnaire"][0],
        "snapshot": {"code": snapshot.code},
        "public": {"code": cycle.province.code},
        "directive": {"pk": make.duty(district, report, state="done").pk},
        "discipline": {"year": 2020},
        "closing": {"year": make.closing(cycle, report).cycle.year},
        "job": {"pk": make.job(people["staff"], file=b"%PDF-1.7").pk},
        "view": {"pk": make.saved_view(make.staff()).pk},
    }
    visit = inspected.signed(commune, by=people["staff"])
    action = inspected.answered(visit, by=people["own"])
    keys |= {
        "inspectionplan": {"year": visit.plan.year},
        "inspection": {"pk": visit.pk},
        "corrective": {"pk": action.pk},
    }
    plan = planning.drafted(commune)
    entry = plan.entries.get()
    training = classes.training()
    (participant,) = classes.came(training, people["own"])
    Participant.objects.filter(pk=participant.pk).update(certificate="01/GCN")
    upkeep = classes.upkeep(commune, UpkeepKind.LEGAL_UPDATE, date(2021, 5, 1), due_on=date(2021, 8, 2))
    declaration = money.declared(commune, date(2020, 5, 5))
    keys |= {
        "plan": {"pk": plan.pk},
        "funding": {"pk": plan.pk},
        "finance": {"pk": plan.pk},
        "source": {"pk": money.source().pk},
        "declaration": {"pk": declaration.pk},
        "upkeep": {"pk": upkeep.pk},
        "training": {"pk": training.pk},
        "consultant": {"pk": classes.consultant().pk},
        "confirmation": {"pk": classes.consultant(name="Tư vấn Hai").pk},
        "contract": {"pk": classes.consultant(name="Tư vấn Ba").pk},
    }
    waiting = successions.planned(
        "dissolved", make.agency("Ủy ban nhân dân xã Vĩnh Lộc"), on=date(2030, 1, 1)
    )
    keys |= {"succession": {"pk": waiting.pk}}
    step = {"pk": plan.pk, "entry_pk": entry.pk}
    renew_calendar(people["own"], by=people["own"], at=make.NOW)
    special = {
        "reports:succession-decide": {"pk": successions.undecided().pk},
        "reports:directive-paper": keys["directive"] | {"form": "docx"},
        "reports:discipline-paper": {"year": 2020, "form": "docx"},
        "reports:inspectionplan-summary-file": {"year": visit.plan.year, "form": "xlsx"},
        "reports:inspection-paper": {"pk": visit.pk, "paper_pk": visit.papers.first().pk},
        "reports:calendar-feed": {"token": people["own"].calendar_token},
        "agencies:invitation-accept": {"token": invitation.token},
        "plans:plan-entry-edit": step,
        "plans:plan-entry-remove": step,
        "plans:plan-entry-steps": step,
        "plans:plan-paper": {"pk": plan.pk, "kind": "annex"},
        "plans:training-list-export": {"pk": training.pk, "form": "xlsx"},
        "plans:training-certificate": {"pk": participant.pk},
        "plans:training-withdraw": {"pk": participant.pk},
        "plans:declaration-add": {"pk": commune.pk},
        "plans:upkeep-add": {"pk": commune.pk},
        "reports:report-file": {"pk": report.pk, "file_pk": file.pk},
        "reports:report-section": {"pk": report.pk, "section": "general"},
        "reports:report-comment-settle": {"pk": report.pk, "comment_pk": make.commented(report).pk},
        "reports:report-section-state": {"pk": report.pk, "section": "general"},
        "reports:cycle-narrative": {"year": cycle.year, "kind": "ministry"},
        "reports:snapshot-file": {"code": snapshot.code, "form": "pdf"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "abc-def"},
        "mfa_edit_webauthn": {"pk": 1},
        "mfa_remove_webauthn": {"pk": 1},
        "openid_connect_login": {"provider_id": "sso"},
        "openid_connect_callback": {"provider_id": "sso"},
    }
    special |= {f"reports:{name}": fitting[0] for name, fitting in forms.items() if "-" in name}
    return people, keys, special


RETURNED = {"returned_at": make.NOW, "return_comment": "Bổ sung"}


def address(name: str, keys: dict[str, Any], special: dict[str, Any]) -> str:
    noun = name.rpartition(":")[2].split("-")[0]
    for kwargs in (special.get(name), {}, keys.get(noun)):
        if kwargs is not None:
            try:
                return reverse(name, kwargs=kwargs)
            except NoReverseMatch:
                continue
    raise AssertionError(f"the test does not know what {name} is about")


def answer(client: Client, url: str, method: str) -> str:
    response = getattr(client, method)(url)
    if response.status_code in (301, 302):
        return "l" if response.url.startswith(reverse(settings.LOGIN_URL)) else "r"
    return {200: "y", 404: "n", 405: "m", 409: "p", 422: "y"}.get(
        response.status_code, str(response.status_code)
    )


def test_every_address_has_a_row():
    assert sorted(set(names(get_resolver().url_patterns)) - set(GET)) == []


def signed_in(user: User) -> Client:
    """Just now, and without having given the password again."""
    client = Client()
    client.force_login(user)
    return client


def test_everybody_meets_what_the_table_says(world, now):
    now("2021-06-16 08:00")
    people, keys, special = world
    wrong = {}
    for name, row in GET.items():
        url = address(name, keys, special)
        for person, expected in zip(PEOPLE, row.split(), strict=True):
            client = Client() if person == "anonymous" else signed_in(people[person])
            met = answer(client, url, "get")
            if met != expected:
                wrong[f"{name} {person}"] = f"{met} instead of {expected}"
    assert wrong == {}


def test_a_stranger_who_posts_meets_404_and_changes_nothing(world, now, browse):
    now("2021-06-16 08:00")
    people, keys, special = world
    let_in = [
        f"{name} {person}"
        for name, strangers in POST_REFUSED.items()
        for person in sorted(strangers)
        if answer(browse(people[person]), address(name, keys, special), "post") != "n"
    ]
    assert let_in == []
