"""What the app keeps for all its visitors."""

from __future__ import annotations

import streamlit as st
from threadpoolctl import threadpool_info, threadpool_limits

from engine.config import DEMO_COLLECTION
from pages.shared.resources import engine_of


def test_once_a_collection_is_open_matrix_products_run_on_one_thread():
    with threadpool_limits(2, user_api="blas"):  # puts back what was before
        st.cache_resource.clear()
        engine_of(DEMO_COLLECTION)
        threads = {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}
        assert threads == {1}
