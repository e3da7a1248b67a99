"""Benches share the fixtures of the tests."""

from tests.conftest import quiet_environment, repository, small, test_data, warehouse_home

__all__ = ["quiet_environment", "repository", "small", "test_data", "warehouse_home"]
