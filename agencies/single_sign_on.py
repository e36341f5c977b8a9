"""Signing in with the province's own single sign-on (OpenID Connect), where OIDC_URL names one.

It opens the accounts that an administrator has made and no others: the first time by the mailbox that the
provider has verified, from then on by the provider's key of the person. A second factor is asked for all the
same where the role needs one.
"""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest

from agencies.models import User


class SingleSignOn(DefaultSocialAccountAdapter):
    """Nobody signs up: who has no account here is told so."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The first time: tie the person to the one account in use whose mailbox the provider vouches for."""
        if sociallogin.is_existing:
            return
        mailboxes = [address.email for address in sociallogin.email_addresses if address.verified]
        accounts = list(User.objects.get_queryset().in_use().with_mailbox(*mailboxes)[:2])
        if len(accounts) == 1:
            sociallogin.connect(request, accounts[0])

    def send_notification_mail(self, *arguments: Any, **options: Any) -> None:
        """Nothing changed for the person: the administrator and the provider had named the same mailbox."""
