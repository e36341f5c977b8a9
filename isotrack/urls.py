"""Composition: every address of the installation, grouped by the thing it is about."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path

from agencies.views import single_sign_on
from reports.views import agency, dashboard, demonstration, error, health

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("look/", dashboard.look, name="look"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("demo-clock/", demonstration.clock, name="demo-clock"),
    path("agencies/<int:pk>/", agency.AgencyDetail.as_view(), name="agency-detail"),
    path("agencies/<int:pk>/history/", agency.history, name="agency-history"),
    path("agencies/", include("agencies.urls")),
    path("plans/", include("plans.urls")),
    path("", include("reports.urls")),
    # Of allauth only what a closed installation needs: nobody signs up.
    path("account/login/", login_not_required(account.login), name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sso/oidc/<str:provider_id>/login/", single_sign_on.login, name="openid_connect_login"),
    path(
        "account/sso/oidc/<str:provider_id>/login/callback/",
        single_sign_on.callback,
        name="openid_connect_callback",
    ),
    path(
        "account/sso/cancelled/",
        login_not_required(error.sso_cancelled),
        name="socialaccount_login_cancelled",
    ),
    path("account/password/change/", account.password_change, name="account_change_password"),
    path("account/password/set/", account.password_set, name="account_set_password"),
    path(
        "account/password/reset/", login_not_required(account.password_reset), name="account_reset_password"
    ),
    path(
        "account/password/reset/done/",
        login_not_required(account.password_reset_done),
        name="account_reset_password_done",
    ),
    # Not <str:…>-<str:…>: the key itself has a hyphen.
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        login_not_required(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/key/done/",
        login_not_required(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("account/closed/", login_not_required(error.signup_closed), name="account_signup"),
    path("account/inactive/", login_not_required(error.inactive), name="account_inactive"),
]

handler400 = error.bad_request
handler403 = error.forbidden
handler404 = error.not_found
handler500 = error.server_error
