"""What compensation does: people join and leave, sales are recorded, volumes counted."""
