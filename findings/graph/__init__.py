"""How a function or an identity connects: from strangers to resources, as nodes in layers and edges between them."""
