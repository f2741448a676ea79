"""One scientific laboratory, owned together by universities in different countries."""

__version__ = "0.1.0"
