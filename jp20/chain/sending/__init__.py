"""Sending: each transaction in an outbox before it leaves, handed over, and looked for until it is
final (G2).
"""
