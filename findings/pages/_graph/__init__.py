"""The graph of a function or an identity: gathered from what is stored, drawn by the server as SVG."""
