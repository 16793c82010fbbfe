"""Pages of the books in a hub."""

from hubapp.market.books.views import managing, own, reports

blueprints = (own.pages, managing.pages, reports.pages)
