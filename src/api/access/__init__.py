"""Who is asking, and what that account may do today."""
