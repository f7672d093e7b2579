"""What holds for every command: its words, its output, how it ends, and the folder it works in."""
