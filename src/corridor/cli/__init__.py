"""The command line, thin: one module a command, imported when it is called."""
