-- Notices: what was sent, what each account was shown, and what each channel still has to carry. No personal data.

CREATE TABLE notice_post (
  id uuid NOT NULL,
  kind varchar(64) NOT NULL,
  severity varchar(10) NOT NULL,
  account_ids text NOT NULL,
  permission varchar(64),
  params text NOT NULL,
  link varchar(300),
  notice_key varchar(128),
  created_at timestamp(3) NOT NULL,
  CONSTRAINT pk_notice_post PRIMARY KEY (id),
  CONSTRAINT ck_notice_post_severity CHECK (severity IN ('info', 'warning', 'alarm'))
);
COMMENT ON TABLE notice_post IS 'Notices not handed to accounts and channels yet; a row goes when that is done';
CREATE INDEX ix_notice_post_created ON notice_post (created_at, id);

CREATE TABLE notice (
  id uuid NOT NULL,
  post_id uuid NOT NULL,
  last_post_id uuid NOT NULL,
  account_id uuid NOT NULL,
  kind varchar(64) NOT NULL,
  severity varchar(10) NOT NULL,
  params text NOT NULL,
  link varchar(300),
  open_key varchar(200),
  occurrences bigint NOT NULL,
  created_at timestamp(3) NOT NULL,
  updated_at timestamp(3) NOT NULL,
  is_read smallint NOT NULL,
  is_undelivered smallint NOT NULL,
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
  id uuid NOT NULL,
  type varchar(16) NOT NULL,
  name varchar(100) NOT NULL,
  is_enabled smallint NOT NULL,
  min_severity varchar(10) NOT NULL,
  lang varchar(5) NOT NULL,
  settings text NOT NULL,
  secret_enc bytea,
  created_at timestamp(3) NOT NULL,
  changed_by varchar(64) NOT NULL,
  version bigint NOT NULL,
  last_sent_at timestamp(3),
  failing_at timestamp(3),
  error_code varchar(60),
  CONSTRAINT pk_notify_channel PRIMARY KEY (id),
  CONSTRAINT ck_notify_channel_type CHECK (type IN ('smtp', 'syslog', 'webhook', 'file')),
  CONSTRAINT ck_notify_channel_enabled CHECK (is_enabled IN (0, 1)),
  CONSTRAINT ck_notify_channel_severity CHECK (min_severity IN ('info', 'warning', 'alarm')),
  CONSTRAINT ck_notify_channel_lang CHECK (lang IN ('zh-CN', 'en')),
  CONSTRAINT ck_notify_channel_secret CHECK (secret_enc IS NULL OR get_byte(secret_enc, 0) = 225)
);

CREATE TABLE notice_delivery (
  id uuid NOT NULL,
  post_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  kind varchar(64) NOT NULL,
  severity varchar(10) NOT NULL,
  params text NOT NULL,
  link varchar(300),
  state varchar(10) NOT NULL,
  attempts bigint NOT NULL,
  due_at timestamp(3) NOT NULL,
  created_at timestamp(3) NOT NULL,
  sent_at timestamp(3),
  error_code varchar(60),
  CONSTRAINT pk_notice_delivery PRIMARY KEY (id),
  CONSTRAINT fk_notice_delivery_channel FOREIGN KEY (channel_id) REFERENCES notify_channel (id),
  CONSTRAINT ck_notice_delivery_state CHECK (state IN ('queued', 'sent', 'dead'))
);
CREATE INDEX ix_notice_delivery_due ON notice_delivery (channel_id, state, due_at, id);
CREATE INDEX ix_notice_delivery_state ON notice_delivery (state, created_at, id);

CREATE INDEX ix_visitor_session_expires ON visitor_session (expires_at, id);
