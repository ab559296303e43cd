"""What product.yaml may say: pydantic only, no numpy."""
