"""Whole archives: files of many items, tagged in streams of bounded memory, on several processes, and after a stop from there on.

An input is read in chunks, whose bounds depend on nothing but the input. A chunk is tagged and written as bytes by whichever
process is free (`workers`); the bytes go in order into a partial file (`partial`) that becomes the output at the end.
`rows` says what a chunk is, `jsonl`, `csv_rows` and `parquet` how each kind of file is read and written.
"""
