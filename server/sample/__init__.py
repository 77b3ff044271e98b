"""A project to begin with where there is no microphone: words that synthetic voices say, in rooms that are made of numbers."""
