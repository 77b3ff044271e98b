"""The machine learning of Nestling: features, speech models, conversion. It knows nothing of HTTP and never imports `server`."""
