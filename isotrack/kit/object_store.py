"""Object storage that fails as a folder does: FileNotFoundError where a file is not there, else OSError.

Its libraries have exceptions of their own, of several families. Whoever keeps or reads a file need not know
where it lies: a job that waits for the store, a mail whose scan cannot be read, a backup that ends in a line.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from boto3.exceptions import Boto3Error  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from s3transfer.exceptions import RetriesExceededError  # type: ignore[import-untyped]
from storages.backends.s3 import S3File, S3Storage

NOT_FOUND = ("404", "NoSuchKey", "NotFound")
# Old and new stores alike: the checksums of newer SDKs are an extension that many do not know.
_COMPATIBLE = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
# Twice these is less than gunicorn waits for a process (deploy/gunicorn.py): a page then says what is away.
PATIENT = Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 2}, **_COMPATIBLE)
QUICK = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 1}, **_COMPATIBLE)


class StoreAway(OSError):
    """The store does not answer, or refuses."""


@contextmanager
def _as_a_folder(name: str) -> Iterator[None]:
    """Raise FileNotFoundError or StoreAway for what the libraries raise; no key or address in the message."""
    try:
        yield
    except ClientError as trouble:
        code = str(trouble.response.get("Error", {}).get("Code", ""))
        if code in NOT_FOUND:
            raise FileNotFoundError(name) from trouble
        raise StoreAway(f"{name}: {code or 'refused'}") from trouble
    except (BotoCoreError, Boto3Error, RetriesExceededError) as trouble:
        raise StoreAway(f"{name}: {type(trouble).__name__}") from trouble


class StoredFile(S3File):
    """A file whose content comes when it is read."""

    def _get_file(self) -> Any:
        with _as_a_folder(self.name):
            return super()._get_file()

    file = property(_get_file, S3File._set_file)


class ObjectStore(S3Storage):
    """Files in one bucket; every method raises OSError and nothing of boto's."""

    def get_default_settings(self) -> dict[str, Any]:
        """A store that is away is a page that says so, not a process that waits a minute."""
        return super().get_default_settings() | {"client_config": PATIENT}

    def look(self) -> None:
        """Whether the bucket is there and ours, in two seconds. Raises OSError."""
        with _as_a_folder(str(self.bucket_name)):
            self._probe.head_bucket(Bucket=self.bucket_name)

    @cached_property
    def _probe(self) -> Any:
        place = {"endpoint_url": self.endpoint_url, "region_name": self.region_name}
        return self._create_session().client("s3", **place, config=QUICK)

    def exists(self, name: str) -> bool:
        with _as_a_folder(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _as_a_folder(name):
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _as_a_folder(name):
            folders, files = super().listdir(name)
            return folders, files

    def size(self, name: str) -> int:
        with _as_a_folder(name):
            return int(super().size(name))

    def get_modified_time(self, name: str) -> Any:
        with _as_a_folder(name):
            return super().get_modified_time(name)

    def _open(self, name: str, mode: str = "rb") -> StoredFile:
        with _as_a_folder(name):
            return StoredFile(self._normalize_name(name), mode, self)

    def _save(self, name: str, content: Any) -> str:
        with _as_a_folder(name):
            return str(super()._save(name, content))
