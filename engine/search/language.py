"""Foreign words: the commonest of some languages, so that they are named instead of "corrected".

A model that learned English reads *rotes Kleid* as nothing; the spelling nearest to it would be
*rose klein*, which nobody asked for.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_WORDS = {
    "German": """
        und oder mit ohne für ein eine einen einem einer der die das den dem nicht kein keine ist
        rot rote roter rotes roten blau blaue blauer blaues grün grüne grünes grüner gelb gelbe
        gelbes schwarz schwarze schwarzes schwarzer weiß weiße weißes weiss grau graue braun braune
        rosa lila kleid kleider hemd hemden hose hosen schuh schuhe stiefel jacke mantel rock tasche
        hut mütze schal gürtel uhr regenschirm kinder frau frauen mann männer hund katze auto haus
        baum strand berg meer himmel blume blumen wasser schnee stadt strasse straße
    """,
    "French": """
        et ou avec sans pour un une des les du dans sur pas rouge rouges bleu bleue bleus vert verte
        jaune noir noire noirs blanc blanche gris grise marron robe robes chemise pantalon chaussure
        chaussures bottes veste manteau jupe sac chapeau écharpe ceinture montre parapluie enfant
        enfants femme femmes homme hommes chien chat voiture maison arbre plage montagne mer ciel
        fleur fleurs eau neige ville rue
    """,
    "Spanish": """
        y o con sin para un una unos unas los las del en rojo roja rojos azul azules verde amarillo
        amarilla negro negra blanco blanca gris marrón vestido vestidos camisa camisas pantalón
        pantalones zapato zapatos botas chaqueta abrigo falda bolso sombrero bufanda cinturón reloj
        paraguas niño niños mujer mujeres hombre hombres perro gato coche casa árbol playa montaña
        cielo flor flores agua nieve ciudad calle
    """,
    "Italian": """
        e con senza per il lo gli della rosso rossa blu verde giallo gialla nero nera bianco bianca
        grigio vestito camicia pantaloni scarpa scarpe stivali giacca cappotto gonna borsa cappello
        sciarpa cintura orologio ombrello bambino bambini donna uomo cane gatto macchina albero
        spiaggia montagna mare cielo fiore fiori acqua neve città strada
    """,
    "Dutch": """
        en met zonder voor een het rood rode blauw blauwe groen groene geel gele zwart zwarte wit
        witte grijs bruin jurk overhemd broek schoen schoenen laarzen jas rok tas hoed sjaal riem
        horloge paraplu kind kinderen vrouw man hond kat huis boom bloem bloemen sneeuw stad straat
    """,
}
_LATIN = "LATIN"


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    """Return the language of every word that only one of them has, in the analyser's spelling."""
    from engine.text import words

    found: dict[str, set[str]] = {}
    for language, text in _WORDS.items():
        for word in words(text):
            found.setdefault(word, set()).add(language)
    return {word: min(spoken) for word, spoken in found.items() if len(spoken) == 1}


def language_of(word: str) -> str:
    """Return the language or script of a word that is hardly English, "" where none is known.

    Examples
    --------
    >>> language_of("kleid"), language_of("платье"), language_of("dress")
    ('German', 'Cyrillic', '')
    """
    letters = [letter for letter in word if letter.isalpha()]
    scripts = {unicodedata.name(letter, _LATIN).split()[0] for letter in letters}
    if letters and _LATIN not in scripts:
        return min(scripts).title()
    return _languages().get(word, "")
