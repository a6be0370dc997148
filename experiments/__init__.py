"""One folder per lecture experiment, and the command line that runs them."""
