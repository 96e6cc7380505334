"""Proving later what a Page said: the digest chain recomputed, and one file that stands alone."""
