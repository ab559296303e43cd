from tests.support.lab import fixtures

fresh, ran, lab = fixtures("lab1")
