"""Records: what a command leaves on disk. They are the truth; every mirror may fail. No torch."""
