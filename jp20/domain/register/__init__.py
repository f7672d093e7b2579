"""The register: the chain's events as values, what they add up to, and where units went."""
