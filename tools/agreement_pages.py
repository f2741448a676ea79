"""The page of agreements: how a version is written, and every kind of clause with its terms, made from the table itself."""

from collections.abc import Iterator

from jointlab.agreements.kinds import KINDS, Bound, ClauseKind, Term
from jointlab.agreements.values import (
    Choice,
    Count,
    Day,
    Exact,
    Flag,
    Kind,
    Line,
    Party,
    Pattern,
    Ratio,
    Set,
    Table,
    YearDay,
)
from tools.tables import NOTE, table

_LEAD = """A version of an agreement is a JSON document. `jointlab.agreements.versions.read_version` reads it into one normal form, whose canonical bytes
are those of [canonical JSON](ledger.md). What the hash means, and a program that checks a proof, are in [the explanation](../explanation/agreement-hash.md).

```text
version   { "schema": "jointlab/agreement-version/1", "head": {…}, "clauses": [{…}, …] }
leaf      SHA-256( 0x00 ‖ canonical JSON of the head or of a clause, with "schema" and "part": "head" or "clause" )
root      the RFC 6962 tree over the leaves: the head first, then the clauses in their order
hash      SHA-256( "jointlab/agreement-version/1\\n" ‖ {"parts":<number of leaves>,"root":"<hex>"} )
proof     { "schema": "jointlab/clause-proof/1", "version": hash, "of": leaves, "parts": [{ "index", "part", "path": [hex, …] }] }
```

## Head

| Name | Holds |
|---|---|
| `agreement` | the identifier of the agreement, the same in all versions |
| `number` | of the version, from 1 |
| `amends` | `version`: the hash of the version before; `cases`: `new` or `running-too`; needed from version 2 on |
| `rank` | `framework`, `agreement`, `annex` |
| `parent` | `agreement` and `version` (hash) of the agreement above; none for a framework, needed for an annex |
| `title` | in each language |
| `languages` | `en`, `ru`, `kk`, `zh` or some of them, in their order of precedence |
| `precedence` | `first`: where the texts differ the first language decides; `equal`: all are equally valid |
| `parties` | two or more: `id`, `role` (`institution`, `enterprise`), `names` in each language; no order |
| `zone` | the time zone of its days, such as `Asia/Almaty` |
| `refers` | treaties and initiatives: `kind`, `title`, `source`, `on`; in their order; never an enforced parent |
| `attachments` | `name`, `sha256`, `size` in bytes; no order |
| `salt` | 128 random bits in hexadecimal digits |

## Clause

`number` (such as `4.2`), `kind`, `title` and `text` in each language, `terms` by kind, `salt`, and `under`: the number of the clause of the agreement above
that bounds it. Exactly one clause is of the kind `duration`; under an agreement above exactly one is of the kind `parent`; at most one lets the
agreement count from before its signature. Without that clause a day before the last signature begins nothing.

The last column says how a term is bound by the clause above: *at most*, *at least*, *within* (a set), *same* (else the two cannot be compared).
*Together* means that all texts under one clause that are in force at once share it. Options stand from the narrowest to the widest.

"""  # fmt: skip

_TAIL = """
## Signed on paper long ago

What was signed before there was a node is entered by one house with its scan and confirmed by the other with its own: the process
[`agreement-entry/1`](processes.md). It counts from the days of its signatures; that it was recorded later stays visible. Its words are those of the scan, its days and
months stand in the clause on duration. Many are entered from a CSV (UTF-8, comma or semicolon) or an .xlsx, whose first row names its columns: `title_en`, `partner`
(the prefix of its node), `signed_on`, `signatory`, `mandate`, `scan` (the name of a file brought with the table) are needed; `title_ru`, `title_kk`, `title_zh`, `rank`,
`begins`, `ends`, `notice`, `run_off`, `subject` may be there. Everything that is wrong is said first, row by row; then all are entered, or none.

## A list for the ministry

An office chooses and names the columns of its form; a value is fixed words in quotation marks or one of `code` `agreement` `version` `hash` `rank` `state` `signed` `first`
`last` `countries`, and `title_` or `parties_` with `en`, `ru`, `kk` or `zh`. The list is a CSV in UTF-8, with a mark by which Excel knows it.

## In force on a day

`jointlab.agreements.life.standing(life, day, known_on=None)` computes it; no state is stored. The first day is the latest of the last signature, the day of the
clause, the conditions precedent and the first day of the agreement above. The last day is the earliest of the clause's (or an extension's that was agreed on before it),
the end of a notice, an end agreed on by all, the day before a later version's first, and, where the clause says so, the last day of the agreement above.
Afterwards running cases go on for the months of the clause. `known_on` leaves out what was recorded later.

How a version comes about between two parties, and what happens to it, is the process [`agreement/1`](processes.md);
`jointlab.agreements.happening.happened` gives the events of its steps. An amendment is a case of its own.

Between three to six parties it is `agreement-3/1` to `agreement-6/1`, and for what was signed before `agreement-entry-3/1` to `agreement-entry-6/1`
(`jointlab.agreements.of_many`, [why so](../decisions/0012-agreements-of-many.md)). The parties stand in a ring, the proposer first, the others as they were chosen:

- a text goes round: `accept_second` hands it on, `agree_third` freezes it. A step `counter_…` puts another text on the table, which all others must agree to anew;
- each house clears the frozen text, in any order; the paper is attested in order: `attest`, `attest_second`, `confirm`. It is in force when all have;
- a change asked for by one goes round alike (`pass_…`, `grant_…`); closing is proposed by the first and confirmed by each other;
- any party gives notice alone, and that ends the agreement for all, by its clause on duration.

A case of three nodes travels in the partnership whose members are just these three. Where there is none the draft is refused (`agreement.apart`). A clause names the
parties that it binds: `from` and `to` of places or samples are any two of them, the `from` of a clause on sharing any number; what it covers goes to every other party, in
the partnership of all and in those of two.

`unsigned` `partly-signed` `withdrawn` `lapsed` (not signed in time) · `conditions` `not-yet` · `in-force` `suspended` · `run-off` ·
`expired` `terminated` `superseded` `fell` (with the agreement above)

## What goes to whom

`jointlab.agreements.sharing.decide` says by which `data-sharing` clause a record goes to a party, to enterprises or to the public on a day: one that is in force and
not suspended, that covers whose it is, its kind, project and kind of project, after its embargo, counted from the day it was recorded, and under no hold. If none does, the
refusal names the clause that comes nearest. `stays` says whether what was shared before is withheld after the end. The node asks them for all records at once ([decision 11](../decisions/0011-the-clause-is-the-rule.md)).

## Places

`jointlab.agreements.places` counts them by numbered lines that are only appended: `reserve` at nomination, `commit` at admission, `use` at arrival, `release`,
`extra` at an extension, in the period in which it falls, `adjust` by an amendment or when unused places are carried over. One party's node numbers the lines, the
receiving side's unless the clause names another; the other side asks. Amounts are exact fractions in the unit of the clause.

## Stored

A proposed text is the record `agreement-version/1`: its canonical JSON and its hash, under the identifier `<home>:version-<48 digits of the hash>`. What does not hash to
it, or is not in normal form, is refused, whoever sends it. What happened to it are the steps of its case (`case-step/1`). `clearance/1` is a house's own note and is never
shared: the partner sees the step, that the text is cleared. `reference/1` describes a treaty or an initiative; each house keeps its own and none is shared. A correction is a further revision; it keeps the titles before it, by which signed texts are still found. Drafts are no records; they are in backups.
A text names an institution by the prefix of its node, or as `ror:03q0t9252` where the institution states its ROR.

Queries for other rooms, in `jointlab.agreements.queries.lives`; institutions by prefix, days of the agreement's own time zone:

```python
clause_in_force(hash: str, number: str, day: date, *, new: bool = True) -> Clause | Fault   # the clause, or the refusal that quotes it
clauses_in_force(kind: ClauseKind, institutions: Collection[str], day: date) -> tuple[tuple[Life, Clause], ...]
life_of(hash: str) -> Life | None
standing_on(hash: str, day: date | None = None) -> Standing | None                         # None: today
version_named(hash: str) -> Version | None
lives_between(*institutions: str) -> tuple[Life, ...]                                      # signed by all; without arguments every one
in_force(institutions: Collection[str], day: date, *, running: bool = False) -> tuple[Life, ...]
reaches_on(day: date) -> Reaches                                                           # parties by prefix; kept until something changes
party_in(hash: str, institution: str) -> str        # what the text calls it
institution_in(party: str) -> str                   # the prefix of what a text names
today(version: Version) -> date
title_of(version: Version) -> str                   # in the reader's language
```

For pages: `queries.listing` (`agreements`, `agreement_by_hash`, `versions_of_case`, `version_on_table`, `clearances`), `queries.drafts` (`drafts`, `draft_by_id`, `faults_of`,
`changes_of`), `operations.drafts` (`from_template`, `blank`, `amendment`, `renewal`, `answer`, `copied`, `edit`, `edit_head`, `put_clause`, `remove_clause`, `delete`),
`operations.proposing` (`propose`, `counter`, `clear`, `attest`), `operations.entering` (`enter`, `confirm`, `preview`, `enter_table`), `operations.references` (`add`, `add_known`, `correct`),
`queries.ministry` (`forms`, `save_form`, `as_csv`). All other steps are taken with `jointlab.cases.operations.take`. The book of all lives is kept in memory
until a text comes or a case of an agreement moves; asking whether it is still right costs five small queries.

## Documents

`jointlab.agreements.documents.render(version, on=day, languages=None, layout="following")` gives one PDF: PDF/A-2a (archives) and PDF/UA-1 (read
aloud), with title, language and, as its date, `on`: the day on which the text came on the table. `languages` are some of the version's, all in their order of
precedence if none is named; `following` prints one whole text after the other, `beside` a column for each, clause by clause, and paragraph by
paragraph where all have as many. The same version, languages, layout and day give the same bytes with the same releases of typst, the fonts and the form, on
the same kind of machine. It raises `printing.slow` when typst takes longer than 30 s.

When a text is agreed to, `render_all(version, on=day)` prints every file, and the step `agree_first` or `agree_second` of [`agreement/1`](processes.md) names
them by SHA-256: `paper` (all languages, one after the other), and where there are several `paper_beside` and `paper_en`, `paper_ru`, `paper_kk`, `paper_zh`.
`printer` says with what, as one line: the releases of typst and the fonts, the kind of machine, eight digits of the form (template, words, layout) and the
day on the file. They are files of the case, shared and fetched as scans are, and optional in the process, since older steps have none. `queries.papers.papers_of(hash)`
says which there are and whether they are here; `content_of` gives the stored bytes, `agreement.paper_away` while they are still at the partner, and for a text
that has no recorded files what `render` gives now.

Agreeing does not wait for typst where the worker was faster: `jointlab worker` looks every five seconds for texts that an institution of this node reads, and prints
them as a job (`agreements.print-ahead`) into one bundle under `incoming/`, whose name follows from the version's hash and from `printer`: an upgrade, other
fonts or another form are another name. A bundle is there whole or not at all, is no record and no file of the store, and costs nothing but time when it is lost: without it,
or with a torn one, agreeing prints as before. It is kept while the text lies on the table; a day after nobody asks for it any more the sweep of uploads removes it.

What a partner printed is printed once more by this node's worker (`agreements.compare-papers`), if the step's `printer` is its own to the letter; the
hashes are compared and the page says *printed alike on both nodes*, or which file differs. With another `printer`, or none, it says that the files cannot be compared here. The finding
is this node's own (`queries.papers.comparison_of(hash)`): it is no record and hinders no step.

Every page bears the hash in eight groups of eight digits, and its number of so many. Printed are: the parties with their identifiers, the agreement
above and the version amended by their hashes, what is referred to, the languages and which prevails, the time zone; each clause with its number,
title, text and its terms in words (`jointlab.agreements.words`), fractions and codes as they are signed; the attachments with size and hash; a
block for each party to sign and seal. Texts are data of the typesetter, never markup.

No font of the machine is used: Latin, Greek and Cyrillic are of Libertinus Serif and DejaVu Sans Mono, which typst carries, Chinese of Noto Serif SC and
Noto Sans SC (SIL Open Font License) in the package `pylopdf-fonts-zh-cn`. A character that none of them draws is refused as `printing.glyph`.

## What is signed

Beside the paper a signatory may sign with a key of his or her own (`jointlab.agreements.signing`). It is Ed25519 (RFC 8032), over these bytes:

```text
"jointlab/agreement-signature/1\\n" ‖ canonical JSON of
{ "act", "day", "mandate", "mandate_until", "name", "node", "office", "party", "version" }
```

| Name | Holds |
|---|---|
| `version` | the version's hash |
| `party` | for whom, by the identifier in the version |
| `name`, `office` | of the signatory |
| `mandate` | charter, or power of attorney with its number and day |
| `mandate_until` | its last day; left out where it has no end. An act after it is neither signed nor accepted |
| `act` | `sign`, or `attest`: that the signed and sealed paper carries the hash |
| `day` | in the time zone of the agreement |
| `node` | the prefix of the node at which the key was opened |

What is kept is canonical JSON: `{ "schema": "jointlab/agreement-signature/1", "statement": {…}, "key": public key, "signature" }`, in hexadecimal digits.

The key is stored as canonical JSON `{ "schema": "jointlab/signatory-key/1", "public", "kdf", "cipher", "nonce", "secret" }`. `secret` holds its 32 bytes under
ChaCha20-Poly1305 (RFC 8439); the key for it is Argon2id (RFC 9106; `time`, `memory` in KiB, `lanes`, `salt` of 16 bytes) of the passphrase in Unicode
NFKC and UTF-8; the canonical JSON of the four other names is bound as associated data. The fingerprint that people compare is six groups of five
digits of SHA-256( `jointlab/signatory-fingerprint/1\\n` ‖ public key ), made as those of [node keys](ledger.md).

It is stored as the record `agreement-evidence/1` (`kind` `key`, `passkey` or `national`), shared with the parties of the case, verified before it becomes a row; a passkey's answer names
the signature that it answers and brings the key that checks it. `signatory-key/1` (the sealed key) and `passkey/1` are never shared. Nothing of it moves the case.
`operations.evidence` has `make_key`, `sign_with_key`, `add_passkey`, `confirm_with_passkey`, `add_national`; `queries.evidence.evidence_of(actor, hash)` gives what there is, with
verdicts. The day of a signature is today, or one that an `earlier-effect` clause covers; it is then shown as back-dated.

| Further evidence | What it is over | What is checked |
|---|---|---|
| passkey (WebAuthn) | the challenge SHA-256( `jointlab/agreement-passkey/1\\n` ‖ canonical JSON of the statement ) | site, challenge, signature, counter |
| signature in the PDF (PAdES, `sign_pdf`, `check_pdf`) | the printed file, which stays the beginning of the signed one | that nothing but further signatures was added; which key has signed |
| national signature (CMS, detached, `check_national`) | the bytes of one of the files, such as a PDF | the signature against its certificate |

The verdict on a national signature is `valid`, `invalid` or `cannot-verify` with the reason. RSA (PKCS #1, PSS), ECDSA and Ed25519 with SHA-2 or SHA-3 are verified.
GOST 34.10 (Kazakhstan), GOST R 34.10, SM2 with SM3, SHA-1 and MD5 are not, nor is a signature without its certificate. Whom a certificate names
is what its issuer states: roots of states are not kept, so neither the chain nor a revocation is judged. Clocks of signers are shown, nobody vouches for them.
"""


def agreements_page() -> str:
    """docs/reference/agreements.md"""
    kinds = "\n".join(_kind(kind) for kind in KINDS.values())
    return f"# Agreements\n\n{NOTE}{_LEAD}{kinds}{_TAIL}"


def _kind(kind: ClauseKind) -> str:
    if not kind.terms:
        return f"### `{kind.name}`: {kind.title}\n\nA text without terms.\n"
    rows = list(_rows(kind))
    return f"### `{kind.name}`: {kind.title}\n\n{table(('Term', 'Says', 'Value', 'Bound from above'), rows)}"


def _rows(kind: ClauseKind) -> Iterator[tuple[str, str, str, str]]:
    for term in kind.terms:
        yield (
            f"`{term.name}`",
            term.title,
            described(term.kind) + ("" if term.required else "; may be left out"),
            _bound(term),
        )


def _bound(term: Term) -> str:
    if term.bound is Bound.FREE:
        return "—"
    return f"{term.bound.value}{', together' if term.shared else ''}"


def described(kind: Kind) -> str:
    """A kind of value in words."""
    if isinstance(kind, Count):
        return f"a whole number, {kind.least} to {kind.most}"
    if isinstance(kind, Choice):
        return " ".join(f"`{option}`" for option in kind.options)
    if isinstance(kind, Pattern):
        return f"a code such as `{kind.example}`"
    if isinstance(kind, Set):
        return f"some of: {described(kind.of)}"
    if isinstance(kind, Table):
        return "rows of " + "; ".join(
            f"`{one.name}` ({described(one.kind)}{'' if one.required else ', may be left out'})" for one in kind.columns
        )
    return _PLAIN[type(kind)]


_PLAIN: dict[type, str] = {
    Exact: "an exact decimal number such as `12.5`", Ratio: "a fraction such as `5/3`", Day: "a day such as `2026-09-01`",
    YearDay: "a day of each year such as `09-01`", Flag: "`true` or `false`", Party: "a party", Line: "a few words",
}  # fmt: skip
