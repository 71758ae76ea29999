"""Stop words: what people write around the thing they look for, and no photo can show.

Three lists, because they differ in what may be done with them. Function words and filler are
never worth a remark; praise is passed over when an answer is weighed, but a collection may use it.
"""

from __future__ import annotations

# Words that only hold a phrase together. Captions are full of them, so models know most.
GLUE = frozenset("a an and at by for from in of on or the to with".split())  # noqa: SIM905

_GRAMMAR = """
    about above after again against all also although am any are aren around as because been before
    behind being below beneath beside besides between both but can cannot could couldn did didn do
    does doesn doing don done down during each either else ever every few had hadn has hasn have
    haven having he her here hers herself hey hi hello him himself his how i if im into is isn it
    its itself ive just let lets like ll many may maybe me might mine more most much must my myself
    neither never no none nor not now off okay oh once one ones only onto other others our ours out
    over own per perhaps please quite rather re really s same shall she should shouldn since so some
    somehow sort still such t than thank thanks that thats the their theirs them then there these
    they this those though through till together too toward towards under until up upon us ve very
    via was wasn we well were weren what whatever when where which while who whom whose why will
    within without won would wouldn yes yet you your yours
"""
_VERBS = """
    add ask asked asking be become begin bring bringing bought buy buying call called carry carrying
    choose come comes coming find finding fit fits get gets getting give given giving go goes going
    got hope keep keeping keeps know known let letting look looked looking looks love loved loves
    made make makes making match matches matching mean means need needed needing needs order prefer
    put recommend say search searching see seeing seem seems seen sell selling send serve show
    showing shown shows start suggest take taken takes taking tell think thinking try trying use
    used uses using want wanted wanting wants wear wearing wears wish wonder wondering work works
    worn
"""
_PLACEHOLDERS = """
    anybody anyone anything article articles bit bits bunch couple everybody everyone everything
    example examples gift gifts idea ideas image images item items kind kinds lot lots option
    options pair pairs photo photograph photographs photos pic pics picture pictures piece pieces
    present presents product products set sets somebody someone something stuff thing things type
    types variety
"""
_MEASURES = """
    bucks cent cents cheaper cost costs dollar dollars euro euros eur gbp inch inches less maximum
    minimum pound pounds price priced prices quid rupee rupees size sizes usd xl xs xxl
    two three four five six seven eight nine ten dozen
"""
_PRAISE = """
    adorable affordable amazing attractive available awesome bad beautiful best better breathable
    budget charming cheap classy clean comfortable comfy cool cosy cozy cute decent delightful
    durable easy elegant excellent exclusive expensive fabulous fancy fashionable favorite favourite
    fine fresh fun funny genuine good gorgeous great handy handsome high-quality iconic ideal
    inexpensive interesting kind latest lightweight little lovely luxurious luxury modern neat new
    nice nicest outstanding perfect popular practical premium pretty quality quick real reasonable
    reliable right simple smart soft sophisticated special stunning sturdy stylish suitable super
    superb sweet tasteful terrific timeless top trendy typical ugly unique useful versatile warm
    waterproof wonderful
"""

FILLER = GLUE | frozenset(" ".join((_GRAMMAR, _VERBS, _PLACEHOLDERS, _MEASURES)).split())
"""Function words, common verbs, stand-ins for a thing, and measures that no photo shows."""

PRAISE = frozenset(_PRAISE.split())
"""Adjectives of opinion or feel."""


def is_telling(word: str) -> bool:
    """Tell whether a photo can be held to a word: no filler, no praise, no bare number.

    Examples
    --------
    >>> [word for word in "some very nice boots under 50 dollars".split() if is_telling(word)]
    ['boots']
    """
    return word not in FILLER and word not in PRAISE and not word.isdigit() and len(word) > 1
