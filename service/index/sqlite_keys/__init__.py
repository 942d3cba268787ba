"""Band keys of the SQLite index: a log of new keys, merged runs, and a filter."""
