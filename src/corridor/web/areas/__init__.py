"""The routes and the entries of the navigation, an area a module."""
