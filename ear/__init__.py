"""The ear: how the product's own model of spoken English digits is made (`make ear`). Not needed to take calls."""
