"""Does SGD fall behind Adam on images too, once most classes are rare?"""
