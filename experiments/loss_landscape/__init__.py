"""What does the loss of a small network look like around its weights, before and after training?"""
