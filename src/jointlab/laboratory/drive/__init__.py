"""The network drive of an instrument (WebDAV): what its old computer can write to with nothing installed."""
