"""What the model sees of a row; the same code in training, batch and online."""
