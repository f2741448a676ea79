"""Agreements between institutions: what was agreed, in words and in terms, under one hash. So far pure: no Django, no database.

texts.py      words that are signed: one normal form, nothing that paper would not show
values.py     kinds of values of a term: one normal form each, and when one exceeds another
kinds.py      the kinds of clauses and their terms
clauses.py    one clause: read, checked, its leaf
versions.py   one version of an agreement: read, checked, its canonical bytes and hash
proofs.py     a clause proved alone to a third person
parents.py    whether a text exceeds the one above it
events.py     what happens to a version, each with its day and the day it was recorded
life.py       whether it is in force on a day
sharing.py    which clause lets a record go to whom on a day
credits.py    credits converted by a signed table
periods.py    which year a stay counts in
process.py    how a version comes about between two parties, and what happens to it
guards.py     what else must hold of its steps
happening.py  the events that its steps stand for
places.py     the append-only count of the places that a clause grants
"""
