"""Transactions on their way: shown, resumed after a crash, exported and signed elsewhere."""
