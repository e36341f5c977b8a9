"""Addresses of the registry, its people and its documents; one name per act."""

from django.urls import path

from agencies.views import account, agency, document, own, registry

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
    path("documents/", document.DocumentList.as_view(), name="document-list"),
    path("documents/add/", document.add, name="document-add"),
    path("documents/<int:pk>/", document.DocumentDetail.as_view(), name="document-detail"),
    path("documents/<int:pk>/file/", document.download, name="document-file"),
    path("people/", account.AccountList.as_view(), name="account-list"),
    path("people/add/", account.add, name="account-add"),
    path("people/me/", own.account, name="account-own"),
    path("people/<int:pk>/second-factor/", own.second_factor, name="account-second-factor"),
    path("people/<int:pk>/edit/", account.edit, name="account-edit"),
    path("people/<int:pk>/post/", account.post, name="account-post"),
]
