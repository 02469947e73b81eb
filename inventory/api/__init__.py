"""The REST API of the inventory: reading, with the same search language and visibility as the pages."""
