"""The claims contract: every source on one set of tables, netted, priced alike, counted."""
