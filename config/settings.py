"""Django's settings: what may differ between installations is in `Environment`, the rest is fixed here."""

from pathlib import Path
from typing import Any

import dj_database_url

from config.environment import UnreadableEnvironmentError, read_environment
from config.logs import log_settings
from config.secret_key import kept_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

try:
    ENVIRONMENT = read_environment()
except UnreadableEnvironmentError as error:
    raise SystemExit(str(error)) from None

PARKING_MODE = ENVIRONMENT.parking_mode
PARKING_PAYMENT_PROVIDER = ENVIRONMENT.parking_payment_provider
PARKING_PHONE_REGION = ENVIRONMENT.parking_phone_region
ANONYMISE_AFTER_DAYS = ENVIRONMENT.anonymise_after_days
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
LIVE = PARKING_MODE == "live"

DEBUG = ENVIRONMENT.debug
# A live installation without a key gets none: parking.checks names it and refuses to start.
SECRET_KEY = ENVIRONMENT.secret_key or ("" if LIVE else kept_secret_key(path=BASE_DIR / "var" / "secret_key"))

SEAL_KEY = ENVIRONMENT.seal_key or SECRET_KEY

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",  # only for the file of htmx
    "ninja",  # only for the files of its documentation page, which would come from a CDN otherwise
    "parking",
]

MIDDLEWARE = [
    "config.logs.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Programs go no further than this.
    "config.middleware.ProgramsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads each page by a random length, against BREACH
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "parking.web.context.of_the_place",
            ],
            "libraries": {
                "parking": "parking.web.tags",
                "office": "parking.web.operator.tags",
                "sandbox_clock": "parking.web.sandbox_clock.tags",
            },
        },
    }
]


# Database


def _sqlite(config: dict[str, Any]) -> dict[str, Any]:
    path = BASE_DIR / config["NAME"]
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {
        # Without IMMEDIATE, half of the concurrent transactions fail as locked when they begin to write.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # recursive_triggers: REPLACE, which deletes, then meets the triggers that forbid to delete.
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={ENVIRONMENT.sqlite_synchronous};"
        " PRAGMA recursive_triggers=ON;",
    }
    # Tests use a file too: a database in memory cannot be shared by the threads that race in them.
    return config | {
        "NAME": path,
        "OPTIONS": config.get("OPTIONS", {}) | options,
        "TEST": {"NAME": f"{path}.test"},
    }


def _postgresql(config: dict[str, Any]) -> dict[str, Any]:
    options = {
        # Django's default (None) silently turns prepared statements off.
        "prepare_threshold": 0,
        "connect_timeout": 5,
        "application_name": "smart-parking",
    }
    return config | {"ENGINE": "parking.db.postgresql", "OPTIONS": options | config.get("OPTIONS", {})}


def _database(config: dict[str, Any]) -> dict[str, Any]:
    of_its_kind = _sqlite if config["ENGINE"].endswith("sqlite3") else _postgresql
    return of_its_kind(config) | {
        "CONN_MAX_AGE": ENVIRONMENT.conn_max_age,
        # One short question a request, so that a restarted database fails none.
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(dict(dj_database_url.parse(ENVIRONMENT.database_url)))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# Sign-in

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]


# Transport

ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts) or ([] if LIVE else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = list(ENVIRONMENT.csrf_trusted_origins)
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "parking.web.errors.csrf_failed"
LOGIN_URL = "web:sign-in"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # so that a driver needs no session
# No inline script or style anywhere. `data:` is of the small pictures in Pico's own stylesheet.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = LIVE
SECURE_REDIRECT_EXEMPT = [r"^parking/health/$"]  # load balancers ask by plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if LIVE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = LIVE
# W021: browsers' preload lists are all but irrevocable, so joining them is left to the owner of the domain.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if ENVIRONMENT.trust_forwarded_proto:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


# Language, time and files

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("hi", "हिन्दी")]  # each in its own words
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
# Served from the packages themselves, so that there is no step to forget; or, as `make run` does, from compressed
# copies whose names change with what is in them, so that browsers keep them for good.
STATIC_ROOT = BASE_DIR / "var" / "static" if ENVIRONMENT.collected_static else None
WHITENOISE_USE_FINDERS = not ENVIRONMENT.collected_static
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.static.CollectedStorage"
        if ENVIRONMENT.collected_static
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

LOGGING = log_settings(
    level=ENVIRONMENT.log_level,
    as_json=ENVIRONMENT.log_format == "json" or (ENVIRONMENT.log_format == "auto" and LIVE),
)
