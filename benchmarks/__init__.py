"""How fast, and in how much memory: `python -m benchmarks [NAME ...]` prints one line a figure.

To add figures, write a module with a function `figures(bench) -> Iterator[Figure]` and one line in `__main__.MODULES`; jobs of its own go into `jobs.py`.
"""
