"""Pages of agreements.

listing.py    the tree of all, drafts, what waits and what ends soon
page.py       one version: where it stands and why, its clauses, who signed, what is done next
signing.py    cleared inside the house, printed, signed on paper, attested
evidence.py   digital signatures beside the paper; a person's own key and passkeys
papers.py     what is downloaded: PDF, JSON, proofs, days for a calendar
"""
