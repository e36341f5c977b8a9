"""Vietnamese unless a person chose English: the language of the browser decides nothing."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class ChosenLanguage:
    """Speaks the language of the cookie that the page header sets, else the default one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language and say which one it is."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def in_every_language(words: object) -> set[str]:
    """A lazily translated text in each language: what a workbook says, whoever had it written."""
    said = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said.add(str(words))
    return said
