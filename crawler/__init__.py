"""UNDERSTAND: what a page says, and what is wrong with it. Pure, but for fetch/."""
