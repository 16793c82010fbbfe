"""What happens to plans: versions are drafted and announced, periods are run and closed, their lines booked."""
