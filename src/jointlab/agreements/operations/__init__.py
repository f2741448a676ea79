"""Every change of agreements.

drafts.py      a text that one side is writing: begun, edited, deleted
proposing.py   proposed, answered with another text, cleared inside the house
references.py  treaties and initiatives
entering.py    agreements signed long ago, one or a table of them
"""
