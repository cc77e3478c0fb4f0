DROP TABLE address_block;
