"""One thread per process: the tests run side by side, and start processes of their own."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
