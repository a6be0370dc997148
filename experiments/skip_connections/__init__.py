"""What do skip connections do to the loss surface of a deep network?"""
