"""Django's settings, derived from the node's folder. Nothing here is edited by hand: see jointlab.toml."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from jointlab.node.folder import current_node
from jointlab.node.variable import VARIABLE

NODE = current_node()
PACKAGE = Path(__file__).resolve().parents[1]

SECRET_KEY = NODE.secret_key() if NODE.folder.exists() else f"no folder: set {VARIABLE}"
DEBUG = False
ALLOWED_HOSTS = list(NODE.hosts)
ROOT_URLCONF = "jointlab.node.urls"
WSGI_APPLICATION = "jointlab.node.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "jointlab.web",
    "jointlab.jobs",
    "jointlab.history",
    "jointlab.people",
    "jointlab.federation",
    "jointlab.federation.blobs",
    "jointlab.cases",
    "jointlab.agreements",
    "jointlab.mobility",
    "jointlab.laboratory",
    "jointlab.reports",
    "jointlab.node",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jointlab.web.static_files.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jointlab.people.middleware.ActorMiddleware",
    "jointlab.web.middleware.FaultMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "jointlab.web.context.page",
            ],
            "builtins": ["jointlab.web.templatetags.web", "django.templatetags.i18n"],
        },
    }
]


def _database() -> dict[str, object]:
    """SQLite as measured (WAL, one writer at a time that waits its turn), or PostgreSQL by one setting."""
    if not NODE.database:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": NODE.folder / "node.sqlite3",
            "TEST": {"NAME": NODE.folder / "test.sqlite3"},  # a file: in memory, locks are others than in use
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=1073741824; "
                "PRAGMA cache_size=-32000; PRAGMA secure_delete=ON; "
                # 32 MB instead of 4 between two waits for the disk: a catch-up writes 16 MB at a time.
                "PRAGMA wal_autocheckpoint=8000;",
            },
        }
    parts = urlsplit(NODE.database)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
FORM_RENDERER = "jointlab.web.forms.HouseForms"
CSRF_FAILURE_VIEW = "jointlab.web.errors.forged"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign-in"

# Two demonstration nodes on one machine share a host name: cookies are named by node.
SESSION_COOKIE_NAME = f"jointlab_{NODE.name}_session"
CSRF_COOKIE_NAME = f"jointlab_{NODE.name}_csrf"
LANGUAGE_COOKIE_NAME = f"jointlab_{NODE.name}_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = NODE.https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if NODE.https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if NODE.https else 0
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in NODE.hosts if NODE.https]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("kk", "Қазақша"), ("zh-hans", "中文")]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["jointlab.web.formats"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False  # numbers are written by web/numbers.py, which knows the rules of the house
TIME_ZONE = NODE.zone

STATIC_URL = "/static/"
STATIC_ROOT = NODE.folder / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "jointlab.web.static_files.VendorFiles",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "jointlab.web.static_files.HashedFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Uploads stream into the node's own folder, never wholly into memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = NODE.incoming if NODE.incoming.exists() else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 2000

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if NODE.mail else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = NODE.mail.get("host", "")
EMAIL_PORT = int(NODE.mail.get("port", "25"))
EMAIL_HOST_USER = NODE.mail.get("user", "")
EMAIL_HOST_PASSWORD = NODE.mail.get("password", "")
EMAIL_USE_TLS = NODE.mail.get("tls", "") == "yes"
DEFAULT_FROM_EMAIL = NODE.mail.get("sender", "jointlab@localhost")

# The operator's log names what happened, never persons.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "jointlab.node.operator_log.OperatorFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
