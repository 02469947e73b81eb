"""What to ask Azure for, and when: dumb reading, one file for each listing. Nothing here judges or catches."""
