"""Pages of buying: basket, checkout, receipts; of selling: orders to hand over; of managing: all orders, turnover."""

from hubapp.market.orders.views import basket, buying, checkout, disputes, invoices, managing, refunds, sales

blueprints = (
    basket.pages,
    checkout.pages,
    buying.pages,
    sales.pages,
    managing.pages,
    refunds.pages,
    disputes.pages,
    invoices.pages,
)
