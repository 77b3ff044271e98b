"""What a label may be called, and which folders hold noise. Standard library only: server and training share it."""

import unicodedata

UNKNOWN = "unknown"
NOISE_FOLDERS = frozenset({"background_noise", "_background_noise_", "_silence_", "silence"})
NOISE = "background_noise"  # the one name under which a project keeps its noise
MAX_LENGTH = 32


def check_label(label: str) -> str:
    """Return the label when it is one.

    Raises:
        ValueError: it is empty or too long, has upper case, or holds anything but letters, digits, `_` and `-`.
    """
    if not isinstance(label, str) or not 1 <= len(label) <= MAX_LENGTH:
        raise ValueError(f"a label has 1 to {MAX_LENGTH} characters, got {str(label)[:40]!r}")
    if label != unicodedata.normalize("NFC", label).lower():
        raise ValueError(f"a label is in lower case (Unicode NFC), got {label!r}")
    if not all(_is_word_character(character) for character in label) or not any(map(str.isalnum, label)):
        raise ValueError(f"a label holds only letters, digits, '_' and '-', got {label!r}")
    return label


def _is_word_character(character: str) -> bool:
    # Marks (category M) are letters' companions in Hindi, Arabic and others.
    return character in "_-" or unicodedata.category(character)[0] in "LNM"
