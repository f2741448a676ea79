"""Mobility: a person of one side studies, researches or teaches at the other, on a place that a clause grants.

process.py      the declaration: who nominates, admits, signs, arrives, recognises; pure
components.py   the rows of a learning agreement, a transcript and a recognition; pure
fitting.py      what a clause on places says to a stay: who, what for, which way, how long; pure
counting.py     which lines of the count a case needs; pure
deadlines.py    by when the next step is due; pure
"""
