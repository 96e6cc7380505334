"""The store's contents as files that other tools read, and back."""
