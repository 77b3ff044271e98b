"""How good what we train is, on recordings of real people: `nestling bench speech`."""
