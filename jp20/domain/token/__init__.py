"""A token: its terms and the sheet that they come from, its state at a block, the movements of the
registrar, and why units may not move.
"""
