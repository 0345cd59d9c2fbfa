"""The facts table: the rectangles of all streams in columns, on disk and in memory."""
