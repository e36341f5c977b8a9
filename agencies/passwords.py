"""What is too easy to guess: words of this installation and of the person, and what is known from leaks.

There are no rules about kinds of letters. zxcvbn estimates how many guesses a password withstands from the
passwords and words that leaked lists show most often, and from dates, rows of keys and repetitions.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from isotrack.kit.text import fold

# Beside the person's own names: what people here would think of first (OWASP ASVS 5.0 V6.1.2).
OF_THIS_PLACE = (
    *("isotrack", "htqlcl", "tcvn", "iso9001", "iso90012015", "baocao", "matkhau", "dangnhap", "quantri"),
    *("sokhcn", "khoahoccongnghe", "chicuctdc", "ubnd", "ubndtinh", "uybannhandan", "angiang", "kiengiang"),
    *("longxuyen", "chaudoc", "vietnam"),
)
LOOKED_AT = 72  # signs: beyond them guessing is hopeless anyway, and looking would take long
ENOUGH = 4  # zxcvbn's "very unguessable": more than 10^10 guesses


class GuessablePasswordValidator:
    """One of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where ten thousand million guesses would find it."""
        found = zxcvbn(password[:LOOKED_AT], user_inputs=[*OF_THIS_PLACE, *_of(user)])
        if found["score"] < ENOUGH:
            raise ValidationError(self.get_help_text(), code="password_guessable")

    def get_help_text(self) -> str:
        """What to do instead."""
        return _(
            "Mật khẩu dễ đoán: có từ hay gặp, tên của mình, tên cơ quan, ngày tháng hay dãy phím liền nhau. "
            "Ghép vài từ không liên quan thành một câu dài dễ nhớ."
        )


def _of(user: Any) -> list[str]:
    """The person's names and mailbox, as a whole and in parts, without marks."""
    texts = [str(getattr(user, name, "") or "") for name in ("username", "full_name", "email")]
    words = [word for text in texts for word in fold(text).replace("@", " ").replace(".", " ").split()]
    return [*words, *("".join(fold(text).split()) for text in texts if text)]
