"""X12 5010 claims and remittances: 837 professional, 837 institutional, and the 835 that answers them."""
