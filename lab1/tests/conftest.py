from tests.lab import fixtures

fresh, ran, lab = fixtures("lab1")
