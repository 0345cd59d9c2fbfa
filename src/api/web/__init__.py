"""The pages: templates, words, charts and what belongs on every page."""
