# IMPORT TABLE.
IMPORT <<TABLE FROM 'a.sdi'||TABLE FROM 'a.sdi', 'b/*.sdi'||TABLES FROM 'a.sdi'||TABLE FROM a||TABLE FROM||TABLE||FROM 'a.sdi'||TABLE 'a.sdi'||TABLE t FROM 'a.sdi'||TABLE FROM 'a.sdi',||TABLE FROM ('a.sdi')||TABLE FROM @a||TABLE FROM ?||TABLE FROM 0x41||TABLE FROM N'a'||TABLE FROM 'a' 'b'>>
