"""The HTTP API of `jp20 serve`: it asks operations and puts the answers into JSON; it moves
nothing.
"""
