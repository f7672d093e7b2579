"""Who decides what: the policy and its file, requests under one Merkle root, who takes which part
in a decision, evidence, organisations, and the record of a deployment.
"""
