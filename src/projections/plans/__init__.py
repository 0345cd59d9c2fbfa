"""The checked plan: what an instrument says once it was read, every rule and number resolved."""
