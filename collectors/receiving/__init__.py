"""Events that the clouds deliver: who sends them, what they ask to be read, and reading it."""
