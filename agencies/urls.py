"""Addresses of the registry, its people and its documents; one name per act."""

from django.urls import path

from agencies.views import (
    absence,
    account,
    account_import,
    agency,
    contact,
    delegation,
    document,
    invitation,
    own,
    registry,
)

app_name = "agencies"
urlpatterns = [
    path("", agency.AgencyList.as_view(), name="agency-list"),
    path("export.xlsx", registry.export, name="registry-export"),
    path("import/", registry.upload, name="registry-upload"),
    path("import/<uuid:pk>/", registry.look, name="registry-preview"),
    path("import/<uuid:pk>/confirm/", registry.take, name="registry-confirm"),
    path("import/<uuid:pk>/drop/", registry.leave, name="registry-drop"),
    path("import/<uuid:pk>/marked.xlsx", registry.marked, name="registry-marked"),
    path("<int:pk>/edit/", agency.edit, name="agency-edit"),
    path("<int:pk>/contact/", agency.contact, name="agency-contact"),
    path("contacts/", contact.ContactList.as_view(), name="contact-list"),
    path("documents/", document.DocumentList.as_view(), name="document-list"),
    path("documents/add/", document.add, name="document-add"),
    path("documents/<int:pk>/", document.DocumentDetail.as_view(), name="document-detail"),
    path("documents/<int:pk>/file/", document.download, name="document-file"),
    path("people/", account.AccountList.as_view(), name="account-list"),
    path("people/add/", account.add, name="account-add"),
    path("people/me/", own.account, name="account-own"),
    path("people/<int:pk>/second-factor/", own.second_factor, name="account-second-factor"),
    path("people/import/", account_import.preview, name="account-import"),
    path("people/import/confirm/", account_import.confirm, name="account-import-confirm"),
    path("people/absence/", absence.rules, name="absence-rules"),
    path("people/absence/<slug:role>/", absence.edit, name="absence-edit"),
    path("people/invitations/", invitation.InvitationList.as_view(), name="invitation-list"),
    path("people/invitations/add/", invitation.add, name="invitation-add"),
    path("people/invitations/<int:pk>/again/", invitation.again, name="invitation-again"),
    path("people/invitations/<int:pk>/withdraw/", invitation.withdraw, name="invitation-withdraw"),
    path("people/invitations/accept/<str:token>/", invitation.accept, name="invitation-accept"),
    path("people/delegations/", delegation.own, name="delegation-own"),
    path("people/delegations/<int:pk>/end/", delegation.end, name="delegation-end"),
    path("people/<int:pk>/", account.detail, name="account-detail"),
    path("people/<int:pk>/delegation/", delegation.of_account, name="account-delegation"),
    path("people/<int:pk>/edit/", account.edit, name="account-edit"),
    path("people/<int:pk>/post/", account.post, name="account-post"),
]
