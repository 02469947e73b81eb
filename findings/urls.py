"""The addresses of every page in `findings/pages/`."""

from findings import pages
from inventory.shelf import shelf

urlpatterns = [route for routes in shelf(pages, "ROUTES").values() for route in routes]
