"""Adam against SGD on text, class by class: who learns the rare words?"""
