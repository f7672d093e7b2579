"""`python -m jp20`: the command `jp20`."""

import sys

from jp20.cli.main import main

sys.exit(main())
