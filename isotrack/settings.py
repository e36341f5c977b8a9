"""One settings file; what varies comes from the environment.

With no environment at all the embedded default: SQLite, Celery over the file system, files and mail in
var/. With DATABASE_URL, REDIS_URL, EMAIL_URL and STORAGE_URL: PostgreSQL, Redis, SMTP and object storage.
Nothing in the code asks which. ALLOWED_HOSTS makes the installation reachable for others, and therefore
strict: https only.
"""

import logging
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from isotrack.kit.logs import configure

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.str("ISOTRACK_VAR", str(BASE_DIR / "var"))).resolve()
VAR.mkdir(parents=True, exist_ok=True)


def _kept_secret() -> str:
    """The secret key of the embedded default: made once, readable by its owner only."""
    path = VAR / "secret_key"
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(get_random_string(64))
        draft.rename(path)
    return path.read_text()


# Who may reach it, and the secrets that go with it
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
DATABASE_URL: str = env.str("DATABASE_URL", "")
REDIS_URL: str = env.str("REDIS_URL", "")
OPEN_TO_OTHERS = bool(ALLOWED_HOSTS)
DEBUG = False
SECRET_KEY: str = env.str("SECRET_KEY", "")
# Earlier keys, while what they signed or sealed is still to be read.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
if not SECRET_KEY:
    if OPEN_TO_OTHERS or DATABASE_URL:
        raise ImproperlyConfigured("SECRET_KEY must be set where ALLOWED_HOSTS or DATABASE_URL is.")
    SECRET_KEY = _kept_secret()
if not OPEN_TO_OTHERS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

# Demonstration: its clock, and the password of its accounts (never where others can reach it)
ISOTRACK_AS_OF: str = env.str("ISOTRACK_AS_OF", "")
DEMO_PASSWORD = None if OPEN_TO_OTHERS else "IsoTrack-2021"

INSTALLED_APPS = [
    "reports",
    "plans",
    "agencies",
    "isotrack.journal",
    "crispy_forms",
    "crispy_bootstrap5",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django_structlog",
    "django.forms",  # FORM_RENDERER finds its widgets here
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "isotrack.kit.guard.Guard",
    "isotrack.kit.requests.Probes",
    "isotrack.kit.requests.Requests",
    "isotrack.kit.guard.Refusals",
    "isotrack.kit.requests.Storable",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "isotrack.kit.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "isotrack.kit.lifetime.Lifetime",
    "isotrack.kit.rescue.LoginOrRescue",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "agencies.second_factor.SecondFactor",
    "isotrack.journal.pauses.ReadOnly",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["isotrack.kit.markup"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reports.page.page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

ROOT_URLCONF = "isotrack.urls"
WSGI_APPLICATION = "isotrack.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Database
DATABASES = {"default": env.db_url_config(DATABASE_URL or f"sqlite:///{VAR / 'isotrack.sqlite3'}")}
if DATABASE_URL:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if DATABASES["default"]["ENGINE"].endswith("postgresql"):
        # PostgreSQL takes reading by an index for four times as dear as it is on a disk without a needle, and
        # then reads all agencies of the nation for one province; compiling plans costs more than it saves.
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
            "options", "-c random_page_cost=1.1 -c jit=off"
        )
else:
    # With these three, eight writers at once meet no "database is locked" (measured: 0 of 1,600).
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

CACHES = {
    "default": {
        "BACKEND": "isotrack.kit.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cache",
    }
}

# People
AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = ["agencies.backend.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
RESCUED_URL = "reports:rescued"  # what was typed before a session ended
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "agencies.passwords.GuessablePasswordValidator"},
]
ACCOUNT_ADAPTER = "agencies.forms.account.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60  # seconds after signing in in which a second factor may be changed
# Whoever sees a whole province needs a second factor, wherever others can reach the installation.
SECOND_FACTOR_REQUIRED: bool = env.bool("SECOND_FACTOR_REQUIRED", OPEN_TO_OTHERS)
MFA_ADAPTER = "agencies.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator wrote the address; nobody signs up
# WebAuthn asks for https; a browser counts its own machine as safe without.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not OPEN_TO_OTHERS

# Single sign-on of the province: https://client:secret@sso.province.gov.vn/realms/x, shown under OIDC_NAME.
OIDC_URL: str = env.str("OIDC_URL", "")
OIDC_NAME: str = env.str("OIDC_NAME", "") if OIDC_URL else ""
OIDC_ORIGIN = ""
SOCIALACCOUNT_ADAPTER = "agencies.single_sign_on.SingleSignOn"
SOCIALACCOUNT_STORE_TOKENS = False
if OIDC_URL:
    _oidc = urlsplit(OIDC_URL)
    OIDC_ORIGIN = f"{_oidc.scheme}://{_oidc.netloc.rpartition('@')[2]}"
    _client = {"client_id": unquote(_oidc.username or ""), "secret": unquote(_oidc.password or "")}
    _application = {
        "provider_id": "sso",
        "name": OIDC_NAME,
        "settings": {"server_url": OIDC_ORIGIN + _oidc.path},
    }
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [_application | _client], "OAUTH_PKCE_ENABLED": True}
    }

# How long the address in an invitation opens an account
INVITATION_DAYS: int = env.int("INVITATION_DAYS", 14)
SESSION_ENGINE = "isotrack.kit.sessions" if REDIS_URL else "django.contrib.sessions.backends.db"
# Hours without a page being asked for, and in all: of an agency's own people (signed in at 16:00, one still
# sends at 23:50), and of those who see a province. See isotrack.kit.lifetime.
SESSION_HOURS = {"agency": (8, 24), "province": (2, 12)}
SESSION_COOKIE_AGE = 8 * 60 * 60  # seconds, of a session nobody has signed in to
# Messages name people: they do not go into a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Language and time
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("Tiếng Anh"))]
LOCALE_PATHS = [BASE_DIR / "isotrack" / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR / "files"
STORAGE_URL: str = env.str("STORAGE_URL", "")


def _file_store() -> dict[str, object]:
    """`s3://key:secret@host[:port]/bucket` for object storage, else the folder var/files.

    `s3+http://…` where the store lies on a network of its own and speaks no https.
    """
    if not STORAGE_URL:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
        }
    url = environ.urlparse(STORAGE_URL)
    scheme = "http" if url.scheme == "s3+http" else "https"
    options = {
        "bucket_name": url.path.strip("/"),
        "access_key": unquote(url.username or ""),
        "secret_key": unquote(url.password or ""),
        "endpoint_url": f"{scheme}://{url.hostname}" + (f":{url.port}" if url.port else ""),
        "region_name": env.str("STORAGE_REGION", "us-east-1"),
        "default_acl": "private",
        "file_overwrite": False,
    }
    return {"BACKEND": "isotrack.kit.object_store.ObjectStore", "OPTIONS": options}


STORAGES = {
    "default": _file_store(),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_MAX_MB = 20

# Mail: as files in var/outbox unless a server is named
EMAIL_URL: str = env.str("EMAIL_URL", "")
vars().update(
    env.email_url_config(EMAIL_URL) if EMAIL_URL else {"EMAIL_BACKEND": "isotrack.kit.outbox.Outbox"}
)
if EMAIL_URL.startswith("smtp"):
    EMAIL_BACKEND = "isotrack.journal.mail.Smtp"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 30)
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "IsoTrack <isotrack@angiang.example>")
REPLY_TO = env.str("MAIL_REPLY_TO", "")
MAIL_PER_MINUTE: int = env.int("MAIL_PER_MINUTE", 0)  # of each worker, evenly spaced; 0 is no limit
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}")

# Who finds the words of a notice; see isotrack.journal.voices
NOTICE_VOICES = {
    "report-reminder": "reports.mails.reminder_words",
    "superior-reminder": "reports.mails.superior_words",
    "head-reminder": "reports.mails.head_words",
    "report-digest": "reports.mails.digest_words",
    "report-returned": "reports.mails.returned_words",
    "report-pending": "reports.mails.pending_words",
    "directive-duty": "reports.mails_directive.duty_words",
    "directive-letter": "reports.mails_directive.letter_words",
    "corrective-action": "reports.mails_corrective.corrective_words",
    "invitation": "agencies.mails.invitation_words",
    "absence-warning": "agencies.mails.absence_words",
    "absence-kept": "agencies.mails.kept_words",
    "handover": "reports.handover.newcomer_words",
    "beat-silent": "reports.mails_alarm.silent_words",
}
# Who is told when the scheduler is silent; see isotrack.journal.watch
ALARM_RECIPIENTS = "reports.mails_alarm.recipients"

# What waits with a post and who passes on what was its holder's alone; see agencies.actions.person
HANDOVER = {"waiting": "reports.handover.waiting", "pass_on": "reports.handover.pass_on"}

# What points at a document of the register, in every app; see agencies.views.document
DOCUMENT_USES = "reports.document_uses.uses_of"

# What each kind of long work does; see isotrack.journal.jobs
JOBS: dict[str, str] = {
    "consolidated-pdf": "reports.jobs.consolidated.Paper",
    "consolidated-xlsx": "reports.jobs.consolidated.Workbook",
    "directive-letters": "reports.jobs.letters.letters",
    "report-forms": "reports.jobs.forms.Forms",
    "registry-preview": "agencies.registry_jobs.Judging",
    "registry-import": "agencies.registry_jobs.Taking",
}

# Which queue the parts of each kind wait in; "papers" where nothing is said
JOB_QUEUES: dict[str, str] = {"registry-preview": "imports", "registry-import": "imports"}
# Kinds whose outcome is the page that asked for them; their file is only a summary
JOBS_LEAD_BACK = {"registry-preview", "registry-import"}

# Celery: tasks carry ids, may run twice, and the database alone knows what is owed
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
_BROKER = VAR / "broker"
if REDIS_URL:
    # A task of a killed worker comes back after visibility_timeout; it must exceed the longest task.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "visibility_timeout": env.int("CELERY_VISIBILITY_TIMEOUT", 900),
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    }
else:
    for _folder in ("queue", "control"):
        (_BROKER / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER / "queue"),
        "data_folder_out": str(_BROKER / "queue"),
        "control_folder": str(_BROKER / "control"),
        "polling_interval": 0.2,  # the default crawls: 36 of 200 tasks in 14 s
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker takes from all queues unless it is told which (celery worker --queues mail,default).
CELERY_TASK_QUEUES = [Queue(name) for name in ("default", "mail", "papers", "imports")]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"isotrack.journal.tasks.deliver_notices": {"queue": "mail"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_max": 0.5}
# Any number of schedulers may run: the one that holds the lease leads, another follows when it runs out.
CELERY_BEAT_SCHEDULER = "isotrack.journal.beat:LeadingScheduler"
BEAT_LEASE_SECONDS: int = env.int("BEAT_LEASE_SECONDS", 60)
# Seconds between two runs, most frequent first. Every task may run at any time and twice.
CELERY_BEAT_SCHEDULE = {
    "deliver what is owed": {"task": "isotrack.journal.tasks.deliver_notices", "schedule": 5 * 60.0},
    "sweep jobs": {"task": "isotrack.journal.tasks.sweep_jobs", "schedule": 5 * 60.0},
    "remind of reports": {"task": "reports.tasks.remind_of_reports", "schedule": 60 * 60.0},
    "flag overdue reports": {"task": "reports.tasks.flag_overdue_reports", "schedule": 60 * 60.0},
    "carry out successions": {"task": "reports.tasks.carry_out_successions", "schedule": 60 * 60.0},
    "keep people in step": {"task": "reports.tasks.keep_people_in_step", "schedule": 60 * 60.0},
    "remind of letters": {"task": "reports.tasks.remind_of_letters", "schedule": 60 * 60.0},
    "remind of remedies": {"task": "reports.tasks.remind_of_remedies", "schedule": 60 * 60.0},
}

# Operating it
READ_ONLY: str = env.str("READ_ONLY", "")  # a reason: nothing can be changed; see isotrack.journal.pauses
PAUSE_LOOK_EVERY = 2.0  # seconds
OPEN_WHILE_PAUSED = ("account_login", "account_logout", "mfa_authenticate", "openid_connect_login")
PROBES = ("/healthz", "/readyz", "/metrics")
METRICS_TOKEN: str = env.str("METRICS_TOKEN", "")
METRICS_NETWORKS: list[str] = env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])
SENTRY_DSN: str = env.str("SENTRY_DSN", "")
if SENTRY_DSN:
    import_string("isotrack.kit.sentry.begin")(SENTRY_DSN)

# Safety
COOKIE_PREFIX = "__Host-" if OPEN_TO_OTHERS else ""  # taken by browsers from this host by https only
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
TEXT_COOKIE_NAME = f"{COOKIE_PREFIX}isotrack_text"
NEVER_IN_THE_CLEAR = [r"/calendar/.+\.ics"]  # asked for by programs: refused over http, not led on to https
X_FRAME_OPTIONS = "DENY"
COSTLY_PER_MINUTE: int = env.int("COSTLY_PER_MINUTE", 30)  # papers and workbooks of one person; 0 is no limit
# Proxies of ours in front; the address of who asks is taken from X-Forwarded-For as the last of them saw it.
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXIES", 1 if OPEN_TO_OTHERS else 0)
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "reports.views.rescued.stale"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = OPEN_TO_OTHERS
LANGUAGE_COOKIE_HTTPONLY = True
if OPEN_TO_OTHERS:
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *filter(None, [OIDC_ORIGIN])],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
    }
}

# Lines for people on one's own machine, JSON where others reach it; see isotrack.kit.logs
LOGGING = configure(
    env.str("LOG_FORMAT", "json" if OPEN_TO_OTHERS else "line"), env.str("LOG_LEVEL", "WARNING")
)
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO  # somebody else's mistake
DJANGO_STRUCTLOG_CELERY_ENABLED = True
