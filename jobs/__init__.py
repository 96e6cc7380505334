"""RUN: the only clock, environment and argv."""
