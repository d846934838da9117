"""`python -m iiecon` is the command `iiecon`."""

import sys

from iiecon.cli import main

sys.exit(main())
