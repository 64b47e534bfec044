"""The whole way, from a design to what the laboratory needs, in the order it happens."""
