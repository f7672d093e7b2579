"""Gas of JP20 beside its peers, measured on one anvil. `python -m bench` runs it."""
