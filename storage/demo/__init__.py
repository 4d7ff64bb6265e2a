"""The demo shop: a shop file like any other, and how it is loaded fresh for today."""
