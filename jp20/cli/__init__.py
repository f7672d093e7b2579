"""The command `jp20`: prints and asks, decides nothing. `main` is where it begins."""
