"""Formats of newsrooms to items: HTML, RSS, Atom, NITF, NewsML-G2, ninjs. Needs the extra ``[formats]`` but for ninjs.

`reader` says which it is, by content; `pages`, `feeds`, `nitf`, `newsml` and `ninjs` read one each, over `markup` (XML);
`ninjs_writer` writes. Plain text needs none of it and loads none of it.
"""
