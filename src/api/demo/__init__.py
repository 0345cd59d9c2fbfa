"""An invented province: the same people, careers and mistakes on every machine."""
