"""Backups: a vault of encrypted files, what goes into it, and how a node comes out of it again."""
