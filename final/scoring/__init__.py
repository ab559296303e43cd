"""A table through a model without HTTP: any form in, any form out, whole or not at all."""
