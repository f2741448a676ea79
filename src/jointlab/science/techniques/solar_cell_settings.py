"""What every analysis of a solar cell may be told."""

from jointlab.science.settings import Setting

CELL_SETTINGS = (
    Setting("area", "Area of the cell (aperture or active); overrides the file's.", unit="cm^2"),
    Setting("irradiance", "Irradiance on the cell; overrides the file's.", unit="mW/cm^2"),
)
