"""Persons behind the ids: who may see what, what is known of them, and how it ends."""
