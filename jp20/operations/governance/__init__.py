"""Decisions: proposed, signed and executed with the keys of a session; the platform set up; its
organisations and policy; the stop of everything.
"""
