"""Transactions as bytes, and as files that go to a machine without a network and come back."""
