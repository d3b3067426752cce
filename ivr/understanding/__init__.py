"""What callers say, understood as the keys that it stands for: choices, digits, amounts, yes and no. Pure."""
