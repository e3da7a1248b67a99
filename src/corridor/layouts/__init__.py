"""File shapes as data: one folder a format. Parsing, and writing of test data, is generated from them."""
