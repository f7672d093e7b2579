"""Investors: the file by which they come to the whitelist, and the facts kept of them."""
