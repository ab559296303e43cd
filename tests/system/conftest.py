from tests.support.docker import registry  # noqa: F401  (a fixture)
