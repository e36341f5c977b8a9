"""The two addresses of the single sign-on: there, and back."""

from collections.abc import Callable
from functools import wraps

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

from agencies.single_sign_on import OneProvider

View = Callable[[HttpRequest, OneProvider], HttpResponse]


def _with_provider(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """404 where there is no such provider; a page that says so where it is away or not the one named."""

    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, provider_id: str) -> HttpResponse:
        adapter = OneProvider(request, provider_id)
        try:
            provider = adapter.get_provider()
        except SocialApp.DoesNotExist:
            raise Http404 from None
        try:
            return view(request, adapter)
        except (OAuth2Error, RequestException) as trouble:
            answer: HttpResponse = render_authentication_error(request, provider, exception=trouble)
            return answer

    return answered


@_with_provider
def login(request: HttpRequest, adapter: OneProvider) -> HttpResponse:
    """Ask whether to go, then go to the provider."""
    answer: HttpResponse = OAuth2LoginView.adapter_view(adapter)(request)
    return answer


@_with_provider
def callback(request: HttpRequest, adapter: OneProvider) -> HttpResponse:
    """Back from the provider, with a code."""
    answer: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    return answer
