"""Input files, read from disk: what they mean is the domain's."""
