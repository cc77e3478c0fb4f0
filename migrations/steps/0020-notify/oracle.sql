-- Notices: what was sent, what each account was shown, and what each channel still has to carry. No personal data.

CREATE TABLE notice_post (
  id VARCHAR2(36) NOT NULL,
  kind VARCHAR2(64 CHAR) NOT NULL,
  severity VARCHAR2(10 CHAR) NOT NULL,
  account_ids CLOB NOT NULL,
  permission VARCHAR2(64 CHAR),
  params CLOB NOT NULL,
  link VARCHAR2(300 CHAR),
  notice_key VARCHAR2(128 CHAR),
  created_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_notice_post PRIMARY KEY (id),
  CONSTRAINT ck_notice_post_severity CHECK (severity IN ('info', 'warning', 'alarm'))
);
COMMENT ON TABLE notice_post IS 'Notices not handed to accounts and channels yet; a row goes when that is done';
CREATE INDEX ix_notice_post_created ON notice_post (created_at, id);

CREATE TABLE notice (
  id VARCHAR2(36) NOT NULL,
  post_id VARCHAR2(36) NOT NULL,
  last_post_id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  kind VARCHAR2(64 CHAR) NOT NULL,
  severity VARCHAR2(10 CHAR) NOT NULL,
  params CLOB NOT NULL,
  link VARCHAR2(300 CHAR),
  open_key VARCHAR2(200 CHAR),
  occurrences NUMBER(19) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  updated_at TIMESTAMP(3) NOT NULL,
  is_read NUMBER(1) NOT NULL,
  is_undelivered NUMBER(1) NOT NULL,
  CONSTRAINT pk_notice PRIMARY KEY (id),
  CONSTRAINT ux_notice_open UNIQUE (open_key),
  CONSTRAINT ck_notice_severity CHECK (severity IN ('info', 'warning', 'alarm')),
  CONSTRAINT ck_notice_read CHECK (is_read IN (0, 1)),
  CONSTRAINT ck_notice_undelivered CHECK (is_undelivered IN (0, 1))
);
COMMENT ON COLUMN notice.open_key IS 'Account and key while unread: at most one unread notice a key; NULL when read or without a key';
COMMENT ON COLUMN notice.is_undelivered IS '1 when a channel gave up on it';
CREATE INDEX ix_notice_account ON notice (account_id, updated_at, id);
CREATE INDEX ix_notice_unread ON notice (account_id, is_read, updated_at, id);
CREATE INDEX ix_notice_post ON notice (post_id);
CREATE INDEX ix_notice_age ON notice (is_read, updated_at, id);

CREATE TABLE notify_channel (
  id VARCHAR2(36) NOT NULL,
  type VARCHAR2(16 CHAR) NOT NULL,
  name VARCHAR2(100 CHAR) NOT NULL,
  is_enabled NUMBER(1) NOT NULL,
  min_severity VARCHAR2(10 CHAR) NOT NULL,
  lang VARCHAR2(5 CHAR) NOT NULL,
  settings CLOB NOT NULL,
  secret_enc BLOB,
  created_at TIMESTAMP(3) NOT NULL,
  changed_by VARCHAR2(64 CHAR) NOT NULL,
  version NUMBER(19) NOT NULL,
  last_sent_at TIMESTAMP(3),
  failing_at TIMESTAMP(3),
  error_code VARCHAR2(60 CHAR),
  CONSTRAINT pk_notify_channel PRIMARY KEY (id),
  CONSTRAINT ck_notify_channel_type CHECK (type IN ('smtp', 'syslog', 'webhook', 'file')),
  CONSTRAINT ck_notify_channel_enabled CHECK (is_enabled IN (0, 1)),
  CONSTRAINT ck_notify_channel_severity CHECK (min_severity IN ('info', 'warning', 'alarm')),
  CONSTRAINT ck_notify_channel_lang CHECK (lang IN ('zh-CN', 'en'))
);

CREATE TABLE notice_delivery (
  id VARCHAR2(36) NOT NULL,
  post_id VARCHAR2(36) NOT NULL,
  channel_id VARCHAR2(36) NOT NULL,
  kind VARCHAR2(64 CHAR) NOT NULL,
  severity VARCHAR2(10 CHAR) NOT NULL,
  params CLOB NOT NULL,
  link VARCHAR2(300 CHAR),
  state VARCHAR2(10 CHAR) NOT NULL,
  attempts NUMBER(19) NOT NULL,
  due_at TIMESTAMP(3) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  sent_at TIMESTAMP(3),
  error_code VARCHAR2(60 CHAR),
  CONSTRAINT pk_notice_delivery PRIMARY KEY (id),
  CONSTRAINT fk_notice_delivery_channel FOREIGN KEY (channel_id) REFERENCES notify_channel (id),
  CONSTRAINT ck_notice_delivery_state CHECK (state IN ('queued', 'sent', 'dead'))
);
CREATE INDEX ix_notice_delivery_due ON notice_delivery (channel_id, state, due_at, id);
CREATE INDEX ix_notice_delivery_state ON notice_delivery (state, created_at, id);

CREATE OR REPLACE TRIGGER tr_notify_channel_enc BEFORE INSERT OR UPDATE ON notify_channel FOR EACH ROW
BEGIN
  IF (:NEW.secret_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.secret_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

CREATE INDEX ix_visitor_session_expires ON visitor_session (expires_at, id);
