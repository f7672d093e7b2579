"""Plans: what a file would change on the chain, what that costs, and what became of each row."""
