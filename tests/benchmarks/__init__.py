"""`make bench`: what Kindred's speed and memory are, as ratios measured in one run.

    material.py    photos, and collections of many rows to measure on
    indexing.py    photos per second, from files to embeddings
    searching.py   one query, its recall, and the memory it takes
    scale.py       search among 3,000, 100,000 and a million photos
    peers.py       other engines on the same rows and texts
    report.py      a measured row, and the table of them
    __main__.py    the order of it all

Seconds on a busy machine say little. Whatever is compared is therefore measured in turns, in the
same minute and with the same threads, and only the ratio is held against a bound. Nothing here is
a test, because a test must not depend on the clock.
"""
