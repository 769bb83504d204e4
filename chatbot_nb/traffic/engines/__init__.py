"""Where the server of a receiver runs: in a thread of the kernel, or in a process of its own."""
