"""Every change of agreements.

drafts.py      a text that one side is writing: begun, edited, deleted
proposing.py   proposed, answered with another text, cleared inside the house
references.py  treaties and initiatives
papers.py      texts printed before they are agreed to, and a partner's files compared
entering.py    agreements signed long ago, one or a table of them
"""
