"""The independent verifier: reads stored bytes with its own SELECTs and shares no code with the
writer.
"""
