"""The register of a token: read, compared with the chain, written to a file."""
