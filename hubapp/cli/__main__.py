"""`python -m hubapp.cli` is the `hubapp` command."""

from hubapp.cli import main

main()
