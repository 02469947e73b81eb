"""What templates of every app may use."""
