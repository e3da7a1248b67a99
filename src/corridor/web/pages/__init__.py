"""Pages drawn by the server, one module a subject; each works without a script."""
