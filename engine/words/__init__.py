"""Words as vectors: near words mean nearly the same.

    vectors.py     WordVectors: nearest words, and texts as sums of their words
    store.py       a set on disk: one matrix, one word per line, mapped and never read as a whole
    word_list.py   words by row and rows by word, in a mapped file
    vector_files.py  files of GloVe and word2vec: well-known ones downloaded, each converted once
    screen.py      words that are never suggested to anyone
    cooccurrence.py     vectors of our own from captions: counts, PPMI, SVD

A set may hold millions of words, so nothing here holds one as Python objects. That is also why
there is no gensim: its `KeyedVectors` read a text file into a dictionary of all words, keep their
own format with pickle, and bring Cython builds along, for what NumPy does in a matrix product.

Not inside: what a photo has to do with a word (`engine.encoders` and what is trained there).
"""

from engine.words.cooccurrence import LearnedWords, learn_words
from engine.words.store import save_words
from engine.words.vectors import Neighbour, WordSum, WordVectors

__all__ = ["LearnedWords", "Neighbour", "WordSum", "WordVectors", "learn_words", "save_words"]
