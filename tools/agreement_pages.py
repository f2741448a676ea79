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
## In force on a day

`jointlab.agreements.life.standing(life, day, known_on=None)` computes it; no state is stored. The first day is the latest of the last signature, the day of the
clause, the conditions precedent and the first day of the agreement above. The last day is the earliest of the clause's (or an extension's that was agreed on before it),
the end of a notice, an end agreed on by all, the day before a later version's first, and, where the clause says so, the last day of the agreement above.
Afterwards running cases go on for the months of the clause. `known_on` leaves out what was recorded later.

How a version comes about between two parties, and what happens to it, is the process [`agreement/1`](processes.md);
`jointlab.agreements.happening.happened` gives the events of its steps. An amendment is a case of its own. More than two parties have no process yet.

`unsigned` `partly-signed` `withdrawn` `lapsed` (not signed in time) · `conditions` `not-yet` · `in-force` `suspended` · `run-off` ·
`expired` `terminated` `superseded` `fell` (with the agreement above)

## What goes to whom

`jointlab.agreements.sharing.decide` says by which `data-sharing` clause a record goes to a party, to enterprises or to the public on a day: one that is in force and
not suspended, that covers whose it is, its kind, project and kind of project, after its embargo, counted from the day it was recorded, and under no hold. If none does, the
refusal names the clause that comes nearest. `stays` says whether what was shared before is withheld after the end. The node does not ask them yet: projects decide.

## Places

`jointlab.agreements.places` counts them by numbered lines that are only appended: `reserve` at nomination, `commit` at admission, `use` at arrival, `release`,
`extra` at an extension, in the period in which it falls, `adjust` by an amendment or when unused places are carried over. One party's node numbers the lines, the
receiving side's unless the clause names another; the other side asks. Amounts are exact fractions in the unit of the clause.
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
