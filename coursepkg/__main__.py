"""``python -m coursepkg`` is the command ``coursepkg``."""

from coursepkg.cli import app

if __name__ == "__main__":
    app()
