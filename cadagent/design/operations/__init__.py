"""The built-in operations of CAD JSON, one module for each kind of thing that is built."""
