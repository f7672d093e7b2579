"""What an answer of the register looks like as a file: CSV, XLSX, JSON, Parquet, PDF; and the
manifest beside it (G15).
"""
