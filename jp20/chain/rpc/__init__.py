"""Nodes: JSON-RPC out, typed answers in, several nodes as one; blocks, receipts, networks."""
