"""One thread per process, since tests run side by side, and a terminal's width that all agree on."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["COLUMNS"] = "120"
