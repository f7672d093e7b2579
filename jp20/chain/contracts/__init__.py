"""Contracts: the compiled ones, their ABI, calls and reverts, and their logs as typed events."""
