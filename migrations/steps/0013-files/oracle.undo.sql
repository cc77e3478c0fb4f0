DROP TABLE stored_file_chunk;
DROP TABLE stored_file;
