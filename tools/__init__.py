"""What the maintainers of the course run; nothing in here is installed with ``coursepkg``."""
