"""This installation: the command line."""
