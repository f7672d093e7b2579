"""What JP20 is about, without a file, a network or a clock: text and bytes in, values out."""
