"""One function a question: what command line, HTTP and pages answer alike, ready for JSON."""
