"""Camera classification: photos to bundles."""
