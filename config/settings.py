"""Every setting of an installation, read from the environment (docs/configuration.md lists them all).

Names beginning with FANLIGHT_ are ours; DATABASE_URL, CELERY_BROKER_URL and the like follow custom.
"""

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from config.kept import kept_secret
from config.logs import structlog_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env")

TESTING = "pytest" in sys.modules
DEBUG = env.bool("FANLIGHT_DEBUG", default=False)
DEMO = env.bool("FANLIGHT_DEMO", default=False)

VAR_DIR = Path(env.str("FANLIGHT_VAR", default=str(BASE_DIR / ("build/test-var" if TESTING else "var")))).absolute()
with suppress(OSError):  # fanlight.E004 says so, with what to do
    VAR_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.str("FANLIGHT_SECRET_KEY", default="") or kept_secret(VAR_DIR / "secret_key")
# The key before, while `manage.py reseal` puts what it sealed under today's; it signs nothing.
OLD_SECRET_KEY = env.str("FANLIGHT_OLD_SECRET_KEY", default="")
# Keys the fingerprints of environment values: a change of this key makes every value look changed once.
FINGERPRINT_KEY = env.str("FANLIGHT_FINGERPRINT_KEY", default="") or kept_secret(VAR_DIR / "fingerprint_key")

ALLOWED_HOSTS = env.list("FANLIGHT_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("FANLIGHT_ORIGINS", default=[])
HTTPS = env.bool("FANLIGHT_HTTPS", default=False)

INSTALLED_APPS = [
    "config",
    "inventory",
    "collectors",
    "findings",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.ResponseHeaders",
    "config.metrics.Timing",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.sessions.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "config.permission.DeclaredPermissions",
    "config.middleware.NothingUnkeepable",
    "config.sign_on.rule.SecondFactorFirst",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.frame.frame",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'fanlight.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a writer waits its turn at BEGIN instead of failing when it upgrades a read lock.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456;"
        "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
    }
    # Tests use a file too, as the product does: pages are served from other threads than the test's own.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("FANLIGHT_DATABASE_CONN_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "inventory.User"
AUTHENTICATION_BACKENDS = ["config.sign_on.rule.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "config.passwords.AtMost", "OPTIONS": {"max_length": 128}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_TIMEOUT = 900
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "config.sign_on.second_factor.Adapter"
# Recovery codes are ours (config/pages/recovery_codes.py): allauth keeps what they could be computed from.
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_TOTP_ISSUER = "Fanlight"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "config.sign_on.second_factor.CodeForm",
    "reauthenticate": "config.sign_on.second_factor.CodeAgainForm",
}
SOCIALACCOUNT_ADAPTER = "config.sign_on.adapter.Adapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# Hosts (or host:port) of identity providers that may be private, and plain http.
SIGN_ON_HOSTS = env.list("FANLIGHT_SIGN_ON_HOSTS", default=[])
# Counted where all processes that answer pages see it; several machines need a cache they share.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if TESTING
    else env.cache("FANLIGHT_CACHE_URL", default=f"filecache://{VAR_DIR / 'cache'}?max_entries=20000")
}
ACCOUNT_RATE_LIMITS = {"login": "20/5m/ip", "login_failed": "5/5m/key,20/5m/ip"}

SESSION_COOKIE_NAME = "__Host-fanlight" if HTTPS else "fanlight"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Without a sign of life, and in all.
SESSION_COOKIE_AGE = env.int("FANLIGHT_SESSION_HOURS", default=8) * 3600
SESSION_LONGEST = env.int("FANLIGHT_SESSION_DAYS", default=7) * 24 * 3600
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of yours stand in front: so many of the last addresses of X-Forwarded-For are believed.
PROXIES = env.int("FANLIGHT_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
PROXY_SSL_HEADER = env.str("FANLIGHT_PROXY_SSL_HEADER", default="")
if PROXY_SSL_HEADER:
    SECURE_PROXY_SSL_HEADER = (PROXY_SSL_HEADER, "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
# Only an installation that wants its static files collected (to serve or compress them elsewhere) names a folder.
STATIC_ROOT = env.str("FANLIGHT_STATIC_ROOT", default="") or None
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": env.str("FANLIGHT_STATIC_STORAGE", default="config.static.VersionedStaticFiles")},
}

QUEUE_DIR = VAR_DIR / "queue"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="memory://" if TESTING else "filesystem://localhost//")
if CELERY_BROKER_URL.startswith("filesystem"):
    for folder in ("messages", "processed", "control"):
        (QUEUE_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "processed_folder": str(QUEUE_DIR / "processed"),
        "control_folder": str(QUEUE_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.5,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 2 * 3600,
        "socket_connect_timeout": 3,
        "socket_timeout": 10,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {}
# Installations that share a broker have a queue each.
CELERY_TASK_DEFAULT_QUEUE = env.str("FANLIGHT_QUEUE", default="fanlight")
CELERY_TASK_ALWAYS_EAGER = env.bool("FANLIGHT_TASKS_INLINE", default=False)
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that is away for a night comes back to workers that still wait for it.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_TIMEZONE = "UTC"
# Heads of the audit log, one a day: what `verify_audit` compares the log with, besides those given to it.
AUDIT_HEADS = VAR_DIR / "audit-heads"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "collectors.tasks.tick", "schedule": 60.0},
    "prune": {"task": "collectors.tasks.prune", "schedule": 6 * 3600.0},
    "resume-jobs": {"task": "findings.tasks.resume_jobs", "schedule": 60.0},
    "expire": {"task": "findings.tasks.expire", "schedule": 600.0},
    "evaluate": {"task": "findings.tasks.evaluate", "schedule": 24 * 3600.0},
    "look-again": {"task": "findings.tasks.look_again", "schedule": 60.0},
    "compliance": {"task": "findings.tasks.keep_compliance", "schedule": 3600.0},
    "alert": {"task": "findings.tasks.alert", "schedule": 60.0},
    "audit-head": {"task": "inventory.tasks.tell_audit_head", "schedule": 24 * 3600.0},
}

# Collection
COLLECT_EVERY_MINUTES = env.int("FANLIGHT_COLLECT_EVERY_MINUTES", default=60)
# The demonstration lives through a week in minutes: what lists and logs do not tell of is not read again each day.
REFRESH_HOURS = env.int("FANLIGHT_REFRESH_HOURS", default=240 if DEMO else 24)
READ_METRICS = env.bool("FANLIGHT_READ_METRICS", default=True)
ACCOUNTS_AT_ONCE = env.int("FANLIGHT_ACCOUNTS_AT_ONCE", default=4)
SCOPES_AT_ONCE = env.int("FANLIGHT_SCOPES_AT_ONCE", default=4)
SCOPE_DEADLINE_SECONDS = env.int("FANLIGHT_SCOPE_DEADLINE_SECONDS", default=600)
GONE_AFTER_READINGS = env.int("FANLIGHT_GONE_AFTER_READINGS", default=1)
RUN_DEADLINE_SECONDS = env.int("FANLIGHT_RUN_DEADLINE_SECONDS", default=3600)
# After an event so many seconds pass before its function is read, so that a burst becomes one reading.
EVENT_WAIT_SECONDS = env.int("FANLIGHT_EVENT_WAIT_SECONDS", default=3)
# So many deliveries a minute are taken by one receiver.
EVENTS_A_MINUTE = env.int("FANLIGHT_EVENTS_A_MINUTE", default=600)
KEEP_RAW_DAYS = env.int("FANLIGHT_KEEP_RAW_DAYS", default=14)
KEEP_RUN_DAYS = env.int("FANLIGHT_KEEP_RUN_DAYS", default=30)
# 0 keeps every snapshot for ever.
KEEP_HISTORY_DAYS = env.int("FANLIGHT_KEEP_HISTORY_DAYS", default=0)

# One person makes so many exports an hour; 0 sets no limit.
EXPORTS_AN_HOUR = env.int("FANLIGHT_EXPORTS_AN_HOUR", default=10)

# Findings: days by which a fault of each severity is to be mended; 0 sets no day.
FINDING_DUE_DAYS = {
    "critical": env.int("FANLIGHT_DUE_DAYS_CRITICAL", default=7),
    "high": env.int("FANLIGHT_DUE_DAYS_HIGH", default=30),
    "medium": env.int("FANLIGHT_DUE_DAYS_MEDIUM", default=90),
    "low": env.int("FANLIGHT_DUE_DAYS_LOW", default=180),
}

# Alerts: what they may reach, and the mail server. Hosts named here may be private and plain http.
OUTWARD_ALLOWED = env.list("FANLIGHT_OUTWARD_ALLOWED", default=[])
OUTWARD_PORTS = env.list("FANLIGHT_OUTWARD_PORTS", cast=int, default=[443, 8443])
# The address under which people open Fanlight, for links in messages; without it messages have none.
ADDRESS = env.str("FANLIGHT_ADDRESS", default="").rstrip("/")
EMAIL_HOST = env.str("FANLIGHT_EMAIL_HOST", default="")
EMAIL_PORT = env.int("FANLIGHT_EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.str("FANLIGHT_EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = env.str("FANLIGHT_EMAIL_PASSWORD", default="")
EMAIL_SECURITY = env.str("FANLIGHT_EMAIL_SECURITY", default="starttls")
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("FANLIGHT_EMAIL_FROM", default="")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "inventory.api.bearer.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["inventory.api.bearer.PerToken"],
    "DEFAULT_THROTTLE_RATES": {"token": f"{env.int('FANLIGHT_TOKEN_REQUESTS_A_MINUTE', default=600)}/min"},
    # The address of a request is found as everywhere else: behind as many proxies as are ours.
    "NUM_PROXIES": PROXIES,
    "DEFAULT_PERMISSION_CLASSES": ["inventory.api.permission.Declared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["inventory.api.body.Bounded"],
    "DEFAULT_SCHEMA_CLASS": "inventory.api.schema.Schema",
    "EXCEPTION_HANDLER": "config.problems.problem_details",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fanlight",
    # Operations are tagged and named by what follows it.
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "VERSION": "v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["inventory.api.permission.Declared"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "inventory.api.schema.exact",
    ],
    # Runs and findings both have a `state`.
    "ENUM_NAME_OVERRIDES": {"RunState": "collectors.models.Run.State", "FindingState": "findings.api.shapes.STATES"},
}

# Whoever shows this may read the metrics; without it there are none.
METRICS_TOKEN = env.str("FANLIGHT_METRICS_TOKEN", default="")

VERSION = "0.1.0"
LOGGING, configure_structlog = structlog_settings(
    level=env.str("FANLIGHT_LOG_LEVEL", default="INFO"), form=env.str("FANLIGHT_LOG_FORMAT", default="json")
)
configure_structlog()
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL = logging.DEBUG
TEST_RUNNER = "django.test.runner.DiscoverRunner"
