"""What happened on the chain: read from a node, kept for who asks again. Nobody else reads logs."""
