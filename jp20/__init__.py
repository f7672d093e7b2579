"""JP20: security tokens for Japan. What the parts are and who knows whom: `docs/`, and the
repository's README.
"""
