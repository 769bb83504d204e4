"""From whatever was given to plain JSON: what is not JSON is named and, where it can be, read all the same."""
