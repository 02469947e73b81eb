"""The addresses of every page in `collectors/pages/`."""

from collectors import pages
from inventory.shelf import shelf

urlpatterns = [route for routes in shelf(pages, "ROUTES").values() for route in routes]
