"""The array cores of powder diffraction: from a pattern to peaks, breadths and cells. Imported only when used."""
