"""Does the test error of a network fall, rise and fall again as it trains, or as it grows?"""
