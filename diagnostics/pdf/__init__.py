"""Documents that people keep: frozen values in, PDF bytes out. Nothing is computed here, nothing is read from a database, nothing from the network."""
