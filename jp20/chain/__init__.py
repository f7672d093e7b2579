"""The edge: everything that talks to a node. Nothing untyped gets past it."""
