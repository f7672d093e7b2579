"""The whitelist: investors enrolled, renewed, suspended, their wallets."""
