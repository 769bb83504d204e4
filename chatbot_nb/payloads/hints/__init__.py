"""The mistakes that real backends make: each is recognised, named once, and put right."""
