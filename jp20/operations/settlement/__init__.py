"""Trades on the settlement contract (G14, G22)."""
