"""The environment variable that names a node's folder; apart, so that the command line starts light."""

VARIABLE = "JOINTLAB_FOLDER"
