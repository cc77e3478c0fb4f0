-- What of the organisation the rows of an export were read within, for the account that fetches the file later.
ALTER TABLE export_request ADD (read_scopes CLOB);
COMMENT ON COLUMN export_request.read_scopes IS 'Permissions and the scopes they gave while rows were read; NULL before the first page';
