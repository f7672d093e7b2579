"""A file becomes a plan, a plan is applied, and each row's outcome is written down (G2)."""
