"""The pages: a module for each, with what it shows and what it does."""
