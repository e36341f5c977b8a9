"""The address in every reminder that leads its agency straight to where something is left to do.

It is signed for this one purpose, names one report and ends by itself. By itself it opens nothing: whoever
follows it signs in as always, and only the report's own officers get through.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from reports.models import AnnualReport

LASTS = timedelta(days=60)
_SIGNER = Signer(salt="reports.deep-link", sep=".")


@dataclass(frozen=True)
class DeepLink:
    """Which report an address leads to, and until when."""

    report: int
    ends_at: datetime

    @property
    def token(self) -> str:
        """The signed form that stands in the address."""
        return _SIGNER.sign_object([self.report, int(self.ends_at.timestamp())])

    @property
    def path(self) -> str:
        """The address, without the server's name."""
        return reverse("reports:deep-link", args=[self.token])


def link_to(report: AnnualReport, at: datetime) -> DeepLink:
    """The link of a mail that leaves at `at`: it ends with the cycle, after 60 days at the latest."""
    return DeepLink(report.pk, min(at + LASTS, report.cycle.locks_at))


def read_link(token: str) -> DeepLink:
    """Read an address's token. Raises BadSignature for one that is not ours, or of another purpose."""
    try:
        report, ends = _SIGNER.unsign_object(token)
        return DeepLink(int(report), datetime.fromtimestamp(int(ends), UTC))
    except (TypeError, ValueError) as broken:
        raise BadSignature(str(broken)) from broken
