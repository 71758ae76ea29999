"""What several pages share: frame, links, caches, words, small elements. No page by itself."""
