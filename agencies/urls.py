"""Addresses of the registry, its people and its documents; one name per act."""

from django.urls import path

from agencies.views import account, agency, bulk, document

app_name = "agencies"
urlpatterns = [
    path("", agency.AgencyList.as_view(), name="agency-list"),
    path("bulk/", bulk.change, name="agency-bulk"),
    path("<int:pk>/edit/", agency.edit, name="agency-edit"),
    path("<int:pk>/contact/", agency.contact, name="agency-contact"),
    path("documents/", document.DocumentList.as_view(), name="document-list"),
    path("documents/add/", document.add, name="document-add"),
    path("documents/<int:pk>/", document.DocumentDetail.as_view(), name="document-detail"),
    path("documents/<int:pk>/file/", document.download, name="document-file"),
    path("people/", account.AccountList.as_view(), name="account-list"),
    path("people/add/", account.add, name="account-add"),
    path("people/<int:pk>/edit/", account.edit, name="account-edit"),
    path("people/<int:pk>/post/", account.post, name="account-post"),
]
