"""What a developer runs; nothing of the product imports it."""
