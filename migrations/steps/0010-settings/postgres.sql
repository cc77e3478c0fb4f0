-- Settings by section: the version in force, and every version there ever was.

CREATE TABLE setting_section (
  name varchar(40) NOT NULL,
  version bigint NOT NULL,
  changed_at timestamp(3) NOT NULL,
  CONSTRAINT pk_setting_section PRIMARY KEY (name),
  CONSTRAINT ck_setting_section_version CHECK (version >= 1)
);

CREATE TABLE setting_version (
  section varchar(40) NOT NULL,
  version bigint NOT NULL,
  body text NOT NULL,
  changed_at timestamp(3) NOT NULL,
  changed_by varchar(64) NOT NULL,
  approved_by varchar(64),
  reason varchar(500) NOT NULL,
  restored_version bigint,
  CONSTRAINT pk_setting_version PRIMARY KEY (section, version),
  CONSTRAINT ck_setting_version_persons CHECK (approved_by IS NULL OR approved_by <> changed_by)
);
COMMENT ON TABLE setting_version IS 'Rows are only ever added';
