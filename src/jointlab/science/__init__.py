"""Numbers only: an instrument file becomes columns with units, figures with uncertainties and plots, or a refusal.

from jointlab.science import read

file = read("cell_07.mpt", active_mass="12.3 mg")
file.tables[0].frame      # a polars frame in canonical units
file.figures              # frozen dataclasses: quantity, value, unit, uncertainty, method, conditions
"""

from jointlab.science.door import ReadFile, read, read_source
from jointlab.science.reading import Caution, Column, Reading, Stated, Table
from jointlab.science.techniques.technique import Analysis, Figure

__all__ = ["Analysis", "Caution", "Column", "Figure", "ReadFile", "Reading", "Stated", "Table", "read", "read_source"]
