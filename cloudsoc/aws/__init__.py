"""What can be known: fact classes by service, and the operations that they come from."""
