"""Is Adam fast, and SGD with momentum better at the end?"""
