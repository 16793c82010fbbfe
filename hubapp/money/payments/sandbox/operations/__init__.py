"""The API's operations, one module per noun: typed parameters in, an object's body out."""
