"""The shop's records in: read, checked line by line, written once, and accounted for."""
