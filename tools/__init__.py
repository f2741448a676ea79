"""What builds the generated pages of the documentation."""
