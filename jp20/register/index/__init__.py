"""The index of the register: what the chain said, in a database, as of every block."""
