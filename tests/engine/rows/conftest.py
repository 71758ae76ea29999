"""The drawn photos, the model and the collection of the tests of storage."""

from tests.engine.storage.conftest import encoder, photos, shelf

__all__ = ["encoder", "photos", "shelf"]
