"""Node keys come and go: new ones by the word of the key before or of the one on paper, revoked ones by paper only.

A statement says from which size of each log it counts, so that an old checkpoint is never judged by today's key.
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from jointlab.errors import BadInput, Conflict
from jointlab.federation.client import Link
from jointlab.federation.documents import DOCUMENT_LIMIT, KeyStatement, NodeDocument
from jointlab.federation.models import KeyWord, Partner
from jointlab.federation.own import recovery_public
from jointlab.federation.pulling import UNKNOWN_KEY, mirrors_of
from jointlab.federation.records import KeyRecord
from jointlab.history import mirroring
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import HOUSE, hold_house, keys_as_rows
from jointlab.history.models import Log
from jointlab.history.operations import write
from jointlab.history.sharing import share
from jointlab.history.signing import KEY_FILE, house_key, log_keys
from jointlab.ledger.keys import SigningKey, VerifyingKey

MAY_BE_A_NEW_KEY: Final = frozenset({UNKNOWN_KEY, "partner.not-paired"})
_NEXT_FILE: Final = "signing.next.pem"
_WELL_KNOWN: Final = "/.well-known/jointlab"


def ask(partner: Partner, link: Link) -> bool:
    """Ask the partner for its document and take over what it says about its keys; whether that was anything new."""
    return take_over(partner, NodeDocument.from_bytes(link.get(_WELL_KNOWN, limit=DOCUMENT_LIMIT).body), only_new=True)


@transaction.atomic
def take_over(partner: Partner, document: NodeDocument, *, only_new: bool = False) -> bool:
    """Statements that this node has not seen yet, in their order. Whether the document's key is now one of the partner's
    (with `only_new`: and something changed). Nothing is changed by a document that does not prove its key.
    """
    hold_house()
    partner.refresh_from_db()
    if (document.home, document.origin, document.recovery.vkey) != (partner.prefix, partner.origin, partner.recovery):
        return False
    before = partner.statements
    for text in document.statements[before:]:
        _take(partner, text.encode())
    keys = {row["vkey"] for row in partner.keys if not row["void"]}
    if document.key.vkey not in keys:
        transaction.set_rollback(True)
        return False
    if partner.statements > before:
        partner.save(update_fields=["keys", "statements"])
    return partner.statements > before or not only_new


def _take(partner: Partner, note: bytes) -> None:
    """One statement: who may sign now, and from which sizes of the mirrors."""
    trusted = [VerifyingKey.from_vkey(row["vkey"]) for row in partner.keys if not row["void"]]
    said = KeyStatement.from_bytes(note, trusted=trusted, recovery=VerifyingKey.from_vkey(partner.recovery))
    if said.home != partner.prefix or said.number != partner.statements + 1 or said.key.name != partner.origin:
        raise BadInput("keys.statement", "A statement of {partner} about its keys is out of place.", partner=partner.prefix)  # fmt: skip
    for log in mirrors_of(partner):
        if log.origin in said.sizes:
            size = said.sizes[log.origin]
            if said.adds:
                mirroring.add_key(log.name, said.key, valid_from_size=size)
            else:
                mirroring.revoke_key(log.name, said.key, void_from_size=size)
    if said.adds:
        partner.keys = [*partner.keys, {"vkey": said.key.vkey, "void": False}]
    else:
        partner.keys = [row | {"void": row["void"] or row["vkey"] == said.key.vkey} for row in partner.keys]
    partner.statements = said.number


def rotate() -> SigningKey:
    """A new node key, announced by the one in use. The old one stays good for what it has signed."""
    finish()
    return _change(house_key(), revoked=None)


def revoke(paper: SigningKey) -> SigningKey:
    """A new node key in the place of one that somebody else may hold: announced, and the old one revoked, by paper."""
    finish()
    if paper.public != recovery_public():
        raise BadInput("recovery.other", "This is a recovery key, but not the one of this node.")
    return _change(paper, revoked=house_key().public)


def finish() -> None:
    """Complete a change of keys that was cut off between the rows and the file; called when a node starts."""
    path = _next_path()
    if not path.exists():
        return
    fresh = SigningKey.from_pem(path.read_bytes(), name=settings.NODE.origin).public
    known = any(span["vkey"] == fresh.vkey for span in Log.objects.get(name=HOUSE).keys)
    if known:
        path.replace(settings.NODE.secrets / KEY_FILE)
    else:
        path.unlink()


def _change(signer: SigningKey, *, revoked: VerifyingKey | None) -> SigningKey:
    fresh = SigningKey.generate(name=settings.NODE.origin)
    handle = os.open(_next_path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(fresh.to_pem())
        file.flush()
        os.fsync(file.fileno())
    with transaction.atomic():
        hold_house()
        logs = list(Log.objects.exclude(kind=Log.Kind.MIRROR).order_by("name"))
        if any(log.state == Log.State.RECOVERING for log in logs):
            raise Conflict("history.recovering", "Run first: jointlab recover")
        number = KeyWord.objects.filter(home=home()).count()
        sizes = {log.origin: log.signed_size for log in logs}
        statement = KeyStatement(home=home(), key=fresh.public, adds=True, sizes=sizes, number=number + 1)
        words = [statement.to_note(signer)]
        if revoked is not None:
            beyond = {origin: size + 1 for origin, size in sizes.items()}
            gone = replace(statement, key=revoked, adds=False, sizes=beyond, number=number + 2)
            words.append(gone.to_note(signer))
        for log in logs:
            keys = log_keys(log)
            keys = keys.add(fresh.public, valid_from_size=log.signed_size)
            log.keys = keys_as_rows(keys.revoke(revoked, void_from_size=log.signed_size + 1) if revoked else keys)
            log.save(update_fields=["keys"])
        for place, word in enumerate(words, start=number + 1):
            record = write(type="key/1", id=new_id(), body=KeyRecord(place, word.to_bytes().decode()), expected_rev=0)
            for log in logs:
                if log.kind == Log.Kind.SHARED and log.state == Log.State.OPEN:
                    share(log.partnership, [record.id])
    finish()
    return fresh


def _next_path() -> Path:
    path: Path = settings.NODE.secrets / _NEXT_FILE
    return path
