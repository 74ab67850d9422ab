"""What a hostile class hands in, and what an unlucky one does."""
