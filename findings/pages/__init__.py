"""A page is a file here: its views, and `ROUTES` that says at which address they answer."""
