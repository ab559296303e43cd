from tests.support.drafts import products  # noqa: F401  (a fixture)
