"""The jobs: one module a job. Each is given values and a session, decides on data, prints nothing,
and returns what was done.
"""
