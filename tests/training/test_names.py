"""The table of everyday names: whole, well written, in people's own words, and what dictionaries say to it.

`pytest -s` prints how often CLDR and FreeDict agree, and where they do not. Every disagreement was looked at: CLDR's emoji
and FreeDict's words are sometimes other things, sometimes wrong, and often one of two good words.
"""

import re
import unicodedata
from collections import defaultdict

import pytest

from tests.training.dictionaries import FREEDICT_CODES, cldr_names, emoji_called, freedict, plain
from training.vision.names import LANGUAGES, PATH, load_things

BREEDS = range(151, 269)
DOG = {
    "en": "dog",
    "es": "perro",
    "fr": "chien",
    "de": "Hund",
    "it": "cane",
    "pt": "cachorro",
    "zh": "狗",
    "ja": "犬",
    "ko": "개",
    "hi": "कुत्ता",
    "ar": "كلب",
    "sw": "mbwa",
}
MAX_LENGTH = 40
MAX_BREED_LENGTH = 45
# One English word, two things: the bird and the machine.
HOMOGRAPHS = {"crane"}
LATIN = r"[A-Za-zÀ-ÖØ-öø-ÿŒœ0-9' -]+"
SCRIPTS = {
    "zh": r"[\u4e00-\u9fff]+",
    "ja": r"[\u3041-\u3096\u30a1-\u30fa\u30fb\u30fc\u3005\u4e00-\u9fff]+",
    "ko": r"[\uac00-\ud7a3 ]+",
    "hi": r"[\u0900-\u0963 -]+",
    # No vowel marks.
    "ar": r"[\u0621-\u063a\u0641-\u064a ]+",
}
# Said and written in Latin letters and digits by everyone.
ACRONYMS = re.compile(r"ATM|CD|MP3|T(?=[恤シ])|[23]")
# Words that these languages have made their own, or gave to English. Everything else must differ from English.
LOANWORDS = {
    "es": """abaya altar armadillo bagel banjo barracuda bikini boa burrito carbonara cobra coral coyote dingo gong guacamole
        iguana impala jaguar joystick kimono koala llama mamba maraca marimba monitor oboe ocarina panda pedestal perfume piano
        pizza poncho puma radio rickshaw scooter shoji taxi tractor wok""",
    "fr": """abaya alligator ambulance axolotl bagel baguette banjo barracuda bikini bison boa bonnet burrito carbonara cardigan
        cassette catamaran cheeseburger chiton cobra courgette coyote crocodile dhole dingo dugong gazelle gecko geyser gibbon
        gong guacamole guillotine hamster harmonica impala jaguar jeep joystick kimono koala limousine lion locomotive lotion
        lynx macaque mamba maraca marimba menu minibus missile modem mug ocarina orange oscilloscope panda parachute piano pizza
        poncho prison puma python radio restaurant revolver sarong saxophone scooter scorpion shoji ski sombrero stupa tandem
        taxi toucan tricycle trifle trilobite trimaran trolleybus trombone vase wallaby wok wombat""",
    "de": """abaya alligator altar axolotl bagel baguette banjo barometer baseball basketball bikini bison boa burrito carbonara
        cello cheeseburger comic computer dingo dock dugong espresso flamingo gazelle gecko gibbon gong gorilla guacamole
        guillotine hammer hamster impala jaguar jeans joystick kimono koala laptop lemur leopard limousine lotion mamba maraca
        marimba megalith modem monitor moped nautilus obelisk oboe orange otter panda pier pizza planetarium poncho puck puma
        python radio restaurant revolver salamander sarong shoji ski sombrero steelpan stupa sweatshirt t-shirt tandem taxi
        tiger toaster triceratops trifle trimaran vase viper volleyball wallaby website wok wolf wombat zebra""",
    "it": """abaya armadillo axolotl bagel baguette banana banjo barracuda bikini boa broccoli burrito carbonara cardigan
        cheeseburger cinema cobra computer coyote dingo echidna eggnog espresso geyser go-kart golf_cart gondola gong gorilla
        guacamole hot_dog iguana impala jackfruit jeans jeep joystick kimono koala limousine mamba maraca marimba missile modem
        monitor mountain_bike oboe ocarina panda patio pizza poncho pretzel puma radio revolver sarong scooter shoji
        slot_machine sombrero stupa tandem taxi tram trilobite trombone wallaby wok zebra""",
    "pt": """abaya altar bagel balaclava banana banjo barracuda bobsled burrito carbonara cheeseburger cinema coral dingo
        envelope flamingo guacamole hamster iguana impala joystick laptop mamba maraca marimba modem monitor ocarina panda
        pedestal perfume piano pizza poncho pretzel scooter shoji snorkel sombrero trench_coat triceratops trombone wallaby wok
        zebra""",
    "sw": "abaya banjo bikini boa dingo gondola iguana kimono koala marimba panda piano poncho puma shoji ski stupa",
}
# Emoji of the same English name that show another thing than the class.
OTHER_THINGS = {
    "backpack": "a school satchel",
    "cinema": "the sign for one on a map",
    "horizontal bar": "a dash, not the gymnast's bar",
    "kite": "the toy, not the bird",
    "locomotive": "a steam locomotive, not an electric one",
    "loudspeaker": "a megaphone held in the hand",
    "pie": "a sweet one, not a pot pie",
    "tick": "the mark, not the animal",
}
MIN_CLDR = 0.85
# Somewhat below what was measured (79, 82, 89, 79, 81, 84, 47, 49 and 86 %): Hindi's dictionary explains more than it translates,
# Arabic's names half of the animals otherwise, and Japanese has two scripts for many words.
MIN_FREEDICT = {"es": 0.75, "fr": 0.78, "de": 0.85, "it": 0.75, "pt": 0.77, "ja": 0.80, "hi": 0.43, "ar": 0.46, "sw": 0.80}


def kinds() -> list[dict[str, str]]:
    """What is no breed, each once: the names by language."""
    found = {tuple(thing.names.values()): thing.names for index, thing in enumerate(load_things()) if index not in BREEDS}
    return list(found.values())


def test_the_file_is_a_plain_table() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert text.startswith("\t".join(("class", *LANGUAGES)) + "\n") and text.endswith("\n") and "\r" not in text
    assert text == unicodedata.normalize("NFC", text)
    assert all(line.count("\t") == len(LANGUAGES) for line in text.splitlines())


def test_every_class_has_a_name_in_every_language() -> None:
    things = load_things()
    assert len(LANGUAGES) == 12
    assert len(things) == len({thing.class_name for thing in things}) == 1000
    assert [thing.class_name for thing in things if not all(thing.names.values())] == []


def test_names_are_short_and_no_lists() -> None:
    for index, thing in enumerate(load_things()):
        for name in thing.names.values():
            assert len(name) <= (MAX_BREED_LENGTH if index in BREEDS else MAX_LENGTH), name
            assert name == " ".join(name.split()) and not re.search(r"[/,;\"]", name), name


def test_a_breed_says_that_it_is_a_dog_and_nothing_else_has_brackets() -> None:
    for index, thing in enumerate(load_things()):
        for language, name in thing.names.items():
            breed = name.removesuffix(f" ({DOG[language]})")
            assert breed and not re.search(r"[()]", breed) and (breed != name) == (index in BREEDS), name


def test_one_english_name_has_one_translation() -> None:
    found = defaultdict(set)
    for thing in load_things():
        found[thing.names["en"]].add(tuple(thing.names.values()))
    assert {name for name, translations in found.items() if len(translations) > 1} == HOMOGRAPHS


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_in_the_script_of_their_language(language: str) -> None:
    script = re.compile(SCRIPTS.get(language, LATIN))
    for thing in load_things():
        name = thing.names[language].replace(" (", "").replace(")", "")
        rest = ACRONYMS.sub("", name) if language in SCRIPTS else name
        assert script.fullmatch(rest) or name == "ATM", name


@pytest.mark.parametrize("language", LOANWORDS)
def test_no_english_is_left_where_a_language_has_its_own_word(language: str) -> None:
    same = {names["en"].casefold() for names in kinds() if names[language].casefold() == names["en"].casefold()}
    assert same == {word.replace("_", " ") for word in LOANWORDS[language].split()}


def compared(source: str, language: str, known: dict[str, set[str]]) -> tuple[int, int, str]:
    """How many names a dictionary knows (English name: its translations), how many of ours it has, and both with the others."""
    n_known, others = 0, []
    for names in kinds():
        if there := known.get(names["en"]):
            n_known += 1
            if plain(names[language]) not in {plain(name) for name in there}:
                others.append(f"  {names['en']}: {names[language]}; there: {', '.join(sorted(there))}")
    n_same = n_known - len(others)
    return n_known, n_same, "\n".join([f"{source}, {language}: {n_same / n_known:.1%} of {n_known}", *others])


def test_cldr_calls_emoji_so() -> None:
    emoji = {names["en"]: emoji_called(names["en"]) for names in kinds()}
    assert all(emoji[english] for english in OTHER_THINGS)
    results = []
    for language in LANGUAGES[1:]:
        known = {english: cldr_names(language, shown) for english, shown in emoji.items() if english not in OTHER_THINGS}
        results.append(compared("CLDR", language, known))
    n_known, n_same, reports = zip(*results, strict=True)
    rate = sum(n_same) / sum(n_known)
    print("", *reports, f"CLDR, all: {rate:.1%} of {sum(n_known)}", sep="\n")
    assert rate >= MIN_CLDR, "\n".join(reports)


@pytest.mark.parametrize("language", FREEDICT_CODES)
def test_freedict_translates_so(language: str) -> None:
    found = freedict(language, frozenset(names["en"].casefold() for names in kinds()))
    known = {names["en"]: found.get(names["en"].casefold(), set()) for names in kinds()}
    n_known, n_same, report = compared("FreeDict", language, known)
    print("", report, sep="\n")
    assert n_same / n_known >= MIN_FREEDICT[language], report
