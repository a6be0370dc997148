"""One thread per process, since tests run side by side, and one width of the terminal for all."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["COLUMNS"] = "120"
