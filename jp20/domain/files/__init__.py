"""Files as people hand them in: tables from CSV and XLSX, JSON with a checksum, `jp20.toml`."""
