"""Institutions and persons (projections of records); accounts, tokens and attempts (kept out of the log)."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jointlab.history.identifiers import home


class Institution(models.Model):
    """A university; its mark (colour and shape) belongs to the site, not to the reader."""

    prefix = models.CharField(max_length=20, primary_key=True)
    record = models.CharField(max_length=80, unique=True)
    names = models.JSONField(default=dict)
    city = models.JSONField(default=dict)
    mark = models.CharField(max_length=1, default="a")
    zone = models.CharField(max_length=60)
    country = models.CharField(max_length=2, default="", blank=True)
    ror = models.CharField(max_length=60, default="", blank=True)

    def __str__(self) -> str:
        return str(self.names.get(get_language() or "en") or self.names.get("en") or self.prefix)


class Role(models.TextChoices):
    """What a person may do on this node."""

    ADMINISTRATOR = "administrator", _("Administrator")
    RESEARCHER = "researcher", _("Researcher")
    READER = "reader", _("Reader")


class Person(models.Model):
    """Somebody who works in the laboratory, here or there."""

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    rev = models.IntegerField(default=1)
    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="persons")
    role = models.CharField(max_length=20, choices=Role.choices)
    email = models.EmailField(default="", blank=True)
    orcid = models.CharField(max_length=40, default="", blank=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name

    @property
    def node(self) -> str:
        """The prefix of the node that keeps the person's record."""
        return self.id.partition(":")[0]

    @property
    def ours(self) -> bool:
        """Whether this node keeps the record; of a partner's person it knows no role, and changes nothing."""
        return self.node == home()


class AccountManager(BaseUserManager["Account"]):
    """Accounts are found by the name that is typed at sign-in, in any case."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """The account of this login name."""
        return self.get(login=(username or "").casefold())


class Account(AbstractBaseUser):
    """How a person signs in. Kept out of the log, in backups only."""

    login = models.CharField(max_length=150, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    language = models.CharField(max_length=10, default="", blank=True)
    single_keys = models.BooleanField(default=True)  # one-letter shortcuts can be switched off
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "login"
    objects = AccountManager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Login names are stored folded, so that case never tells two accounts apart."""
        self.login = self.login.casefold()
        super().save(*args, **kwargs)


class Token(models.Model):
    """A secret for programs: of a person (API), or of an instrument (its inbox, write-only). Only its hash is kept."""

    class Scope(models.TextChoices):
        """What a token opens."""

        READ = "read", _("Reading")
        WRITE = "write", _("Reading and writing")
        ADMINISTER = "administer", _("Reading, writing and administering")
        INBOX = "inbox", _("An instrument’s inbox")

    name = models.CharField(max_length=120)
    hash = models.CharField(max_length=64, unique=True)  # SHA-256 of a 256-bit secret
    scope = models.CharField(max_length=10, choices=Scope.choices)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    subject = models.CharField(max_length=80, default="", blank=True)  # the instrument's record, for INBOX
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Attempt(models.Model):
    """A failed sign-in or a refused token, for the rate limit. Holds a salted hash, no name and no address."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["key", "at"], name="attempt_key"),)


class Viewing(models.Model):
    """Who read whose personal data, and when: the law asks for it."""

    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    of = models.CharField(max_length=80)  # the person's record, or "list"
    page = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["of", "at"], name="viewing_of"),)
