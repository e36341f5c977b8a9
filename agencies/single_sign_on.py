"""Signing in with the province's own single sign-on (OpenID Connect), where OIDC_URL names one.

It opens the accounts that an administrator has made and no others: the first time by the mailbox that the
provider has verified, from then on by the provider's key of the person. A second factor is asked for all the
same where the role needs one.

django-allauth walks the way there and back (state, PKCE). This module is stricter: the provider has to be the
one that was named, has to say who came in a token that it signed with a key of its own, for us and for this
very attempt (nonce), and its address may not send us on to another one.
"""

import logging
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, get_random_string
from requests import Session

from agencies.models import User

logger = logging.getLogger(__name__)

# Signed with a key pair only: what a shared secret signs, everybody who knows it could have written.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class OneProvider(OpenIDConnectOAuth2Adapter):
    """The provider as it describes itself, believed where it is the one that was named."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Its description. Raises OAuth2Error where it calls itself by another name than ours for it."""
        config: dict[str, Any] = super().openid_config
        named = str(self.get_provider().app.settings["server_url"])
        if str(config.get("issuer", "")).rstrip("/") != named.rstrip("/"):
            raise OAuth2Error("The provider is not the one that was named")
        return config

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **answered: Any
    ) -> SocialLogin:
        """Who came. Raises OAuth2Error without a signed token, or where the two answers name two people."""
        if not answered["response"].get("id_token"):
            raise OAuth2Error("No ID token")
        login: SocialLogin = super().complete_login(request, app, token, **answered)
        told = login.account.extra_data
        if told["userinfo"].get("sub") != told["id_token"]["sub"]:
            raise OAuth2Error("The token is about somebody else")
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """What the token says; its signature counts, wherever it came from."""
        try:
            if jwt.get_unverified_header(id_token)["alg"] not in ALGORITHMS:
                raise OAuth2Error("The token is not signed as it has to be")
            config = self.openid_config
            said: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=config["jwks_uri"],
                issuer=config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
            if not said["sub"] or not said["exp"]:
                raise OAuth2Error("The token names nobody, or no end")
        except (jwt.PyJWTError, LookupError, TypeError, ValueError) as broken:
            raise OAuth2Error("The token cannot be read") from broken
        return said


class Strict(OpenIDConnectProvider):
    """The provider, asked for what we ask and nothing that an address adds; each attempt has its nonce."""

    oauth2_adapter_class = OneProvider

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, Any]:
        return dict(self.get_auth_params()) | {"nonce": get_random_string(32)}

    def redirect(self, request: HttpRequest, process: str, *args: Any, **options: Any) -> HttpResponse:
        """To the provider; the nonce waits in the session."""
        nonce = options["auth_params"]["nonce"]
        answer: HttpResponse = super().redirect(request, process, *args, nonce=nonce, **options)
        return answer


class SingleSignOn(DefaultSocialAccountAdapter):
    """Nobody signs up: who has no account here is told so."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        found = super().get_provider(request, provider, client_id)
        return Strict(request, app=found.app) if isinstance(found, OpenIDConnectProvider) else found

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **more: Any
    ) -> None:
        """The page tells the person to try again; the log, whoever operates it, at which check it ended."""
        logger.warning("Single sign-on refused", exc_info=exception)

    def get_requests_session(self) -> Session:
        """What is asked of the provider is asked at the address that was named."""
        session: Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The first time: tie the person to the one account in use whose mailbox the provider vouches for."""
        _refuse_another_attempt(request, sociallogin)
        if sociallogin.is_existing:
            return
        mailboxes = [address.email for address in sociallogin.email_addresses if address.verified]
        accounts = list(User.objects.get_queryset().in_use().with_mailbox(*mailboxes)[:2])
        if len(accounts) == 1:
            sociallogin.connect(request, accounts[0])

    def send_notification_mail(self, *arguments: Any, **options: Any) -> None:
        """Nothing changed for the person: the administrator and the provider had named the same mailbox."""


def _refuse_another_attempt(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """A token that was made for somebody else's way here, or for an earlier one, opens nothing."""
    said = str(sociallogin.account.extra_data["id_token"].get("nonce", ""))
    if not constant_time_compare(said, str(sociallogin.state.get("nonce") or "-")):
        raise ImmediateHttpResponse(render_authentication_error(request, sociallogin.provider))
