"""The commands of `ivr`: a module for each, named like it. `ivr.__main__` puts them together.

A module has `add`, which declares the command with its options, and what is done when it is given.
"""
