"""One function a question: command line, HTTP and pages ask through it, and say the same.

Nothing here knows of HTTP or HTML. What a reader may see of names and sealed fields is decided
here.
"""
