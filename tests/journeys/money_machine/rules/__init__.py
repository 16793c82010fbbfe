"""The machine's rules, one file per family: each is a class that the machine inherits."""
