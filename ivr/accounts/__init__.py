"""People who sign in: their roles, passwords, second factors and sessions, and the log of what they did.

`ivr.store` keeps the rows; here are the rules. What is kept of a secret cannot be turned back into it.
"""
