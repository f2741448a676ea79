"""The stored logs: append, registry of record types, blobs, erase, fsck, rebuild. Knows no domain."""
