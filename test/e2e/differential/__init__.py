"""Random statements that must mean the same to the gateway and to one plain MySQL."""
