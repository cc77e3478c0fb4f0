-- Settings by section: the version in force, and every version there ever was.

CREATE TABLE setting_section (
  name VARCHAR2(40 CHAR) NOT NULL,
  version NUMBER(19) NOT NULL,
  changed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_setting_section PRIMARY KEY (name),
  CONSTRAINT ck_setting_section_version CHECK (version >= 1)
);

CREATE TABLE setting_version (
  section VARCHAR2(40 CHAR) NOT NULL,
  version NUMBER(19) NOT NULL,
  body CLOB NOT NULL,
  changed_at TIMESTAMP(3) NOT NULL,
  changed_by VARCHAR2(64 CHAR) NOT NULL,
  approved_by VARCHAR2(64 CHAR),
  reason VARCHAR2(500 CHAR) NOT NULL,
  restored_version NUMBER(19),
  CONSTRAINT pk_setting_version PRIMARY KEY (section, version),
  CONSTRAINT ck_setting_version_persons CHECK (approved_by IS NULL OR approved_by <> changed_by)
);
COMMENT ON TABLE setting_version IS 'Rows are only ever added';
