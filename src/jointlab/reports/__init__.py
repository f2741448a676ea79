"""What draws on several rooms: the overview.

queries.py   what waits and for whom, what is ahead, what came last from both sites
views.py     the page
"""
