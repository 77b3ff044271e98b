"""The front end: its parameters (`mfcc.json`, `params`) and the reference implementation (`mfcc`)."""

from training.features.mfcc import extract
from training.features.params import MfccParams, load_default

__all__ = ["MfccParams", "extract", "load_default"]
