"""What is wrong, risky or forgotten in an account: rules over a frame of connections, and their findings."""
