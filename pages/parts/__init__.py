"""What the pages share. Streamlit draws no page from here."""
