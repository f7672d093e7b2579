"""Delivery versus payment: trades, and the files that name them (G14, G22)."""
