"""Plots: one description (`plot`), drawn as inline SVG (`svg`) and as Plotly (`plotly`)."""
