"""Small text models: plain tables built by `build.py` from texts that are free to use, read once at import."""
