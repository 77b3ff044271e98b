"""The board: its serial protocol, the ports it may be on, and the bridge from one board to many phones."""
