"""Files of the sampling frame: what they are, what they say of each firm, and what is wrong with them.

Bytes come in, a frozen `reading.Reading` goes out. Nothing here knows the web or the database: what the frame already
holds is handed in as `known.KnownFirm`, and what a coordinator amended as overrides of the reference tables.
"""
