"""Data sets of others become a folder that `index` reads: photos, and a table about them.

    layouts.py     one reader per kind of source: what is said of each item, and where its photo is
    item.py        an item of a source
    address.py     which addresses may be asked, and connections that go to no other
    download.py    one photo from a URL: redirects, limits, tries again
    import_folder.py the folder being made: resumed where it stopped, whole whenever it is read
    dataset_folder.py  `import_dataset`: the three together, many photos at once

Not inside: folders of photos with a table, or a folder per class. `engine.catalogue` reads those as
they are.
"""

from engine.datasets.dataset_folder import ImportReport, import_dataset
from engine.datasets.download import Fetching
from engine.datasets.layouts import KINDS

__all__ = ["KINDS", "Fetching", "ImportReport", "import_dataset"]
