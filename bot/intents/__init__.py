"""One intent is `<name>.yml` (examples, answers) and, where it looks up or acts, `<name>.py` with one `Intent`."""
