"""The demonstration laboratory: instrument files modelled physically and written in vendors' own formats.

Everything is invented and deterministic: the same bytes on every machine, so tests may hold the truth that went in
against the figures that come out. `laboratory` lists the files, `models` is the physics, `vendors` writes the formats.
"""
