"""What a receiver answers: values as replies, rules, handlers in threads, faults."""
