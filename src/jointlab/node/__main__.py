"""`python -m jointlab.node` is the command line too."""

import sys

from jointlab.node.cli import main

sys.exit(main())
