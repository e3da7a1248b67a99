"""Charts drawn as SVG on the server, one file a chart, each answering one question."""
