"""What decisions rest on: the dossier, its pinned basis, and whether it still holds."""
