"""Are two networks, trained apart from each other, joined by a path of low loss?"""
