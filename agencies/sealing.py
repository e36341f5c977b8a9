"""Secrets of second factors, sealed before they are stored: AES-256 in GCM, under a key made of SECRET_KEY.

What an earlier version sealed (Fernet: AES-128 in CBC with an HMAC) can still be read; so can what was sealed
under a key that SECRET_KEY_FALLBACKS names. `seal_again` brings both up to date.
"""

import base64
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes, force_str

MARK = "g1."  # what begins so was sealed by this version
NONCE = 12  # bytes, random for each sealing
PURPOSE = b"isotrack second factor"


def seal(text: str) -> str:
    """Encrypt under the present key."""
    nonce = os.urandom(NONCE)
    sealed = nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, text.encode(), PURPOSE)
    return MARK + base64.urlsafe_b64encode(sealed).decode()


def unseal(sealed: str) -> str:
    """Decrypt under the present or an earlier key. Raises ValueError where none fits."""
    if not sealed.startswith(MARK):
        return _before(sealed)
    whole = base64.urlsafe_b64decode(sealed.removeprefix(MARK))
    for secret in _secrets():
        try:
            return AESGCM(_key(secret)).decrypt(whole[:NONCE], whole[NONCE:], PURPOSE).decode()
        except InvalidTag:
            continue
    raise ValueError("Sealed under a key that is not named")


def _key(secret: str | bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(force_bytes(secret))


def _before(sealed: str) -> str:
    named = (f"{PURPOSE.decode()}:{force_str(secret)}" for secret in _secrets())
    keys = [base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()) for name in named]
    try:
        return MultiFernet([Fernet(key) for key in keys]).decrypt(sealed).decode()
    except InvalidToken:
        raise ValueError("Sealed under a key that is not named") from None


def _secrets() -> list[str | bytes]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
