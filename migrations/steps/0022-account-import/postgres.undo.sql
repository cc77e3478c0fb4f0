DROP TABLE account_import;
