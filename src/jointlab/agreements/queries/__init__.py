"""What is known of agreements, as far as the actor may see it.

book.py      every text with what happened to it, kept in memory until something happens
lives.py     in force on a day, which clause counts, what is shared by which clause
listing.py   agreements and versions that a person may see
drafts.py    texts that the own side is writing
references.py  treaties and initiatives
"""
