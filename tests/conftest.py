"""One thread per process, since tests run side by side; one width of the terminal; no downloads."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["COLUMNS"] = "120"
os.environ["DESCENT_MIRROR"] = "off"
