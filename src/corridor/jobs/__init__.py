"""The jobs that the command line (and later the workbench) start: load what is named, run, report."""
