"""What was done and seen, in a chain of lines that shows tampering. It knows no node, no register
and no vault.
"""
