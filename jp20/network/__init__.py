"""What the operators of nodes use: a chain's file, the files of each node, the checks, and
the votes on validators (S8).
"""
