"""Every change of stays and places."""
