"""The jobs: one module a job. Each is given values and a desk, decides on data, prints nothing, and
returns what was done.
"""
