"""Why two answers differ, how an answer went through time, and what other facts would bring."""
