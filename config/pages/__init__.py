"""Pages about the installation itself; each file has its ROUTES, and templates of the same name."""
