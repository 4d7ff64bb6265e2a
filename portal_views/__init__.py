"""The pages: a shop's public page, the client's portal, booking, sign-in. One page is one file and one template."""
