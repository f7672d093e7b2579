"""What every room stands on: texts in two languages, errors, addresses, times, roles, and what the
contracts' errors say.
"""
