"""Signing: keystores, passwords, and a server that has the keys."""
