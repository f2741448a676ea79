"""Two-party processes as they are stored: rooms above declare them, this room keeps their cases.

kinds.py        what a room tells of a process of its own: who sees its cases, what else its node asks of a step
records.py      the signed step
projections.py  steps become rows; where a case stands is replayed from them
queries.py      cases that a person may know of, whose move it is, what is due
operations.py   a case is opened, a step is taken
forms.py        each step's form follows from its declaration
shown.py        a case in the reader's language: timeline, next steps
"""
