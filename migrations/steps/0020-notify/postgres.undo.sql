DROP INDEX ix_visitor_session_expires;
DROP TABLE notice_delivery;
DROP TABLE notify_channel;
DROP TABLE notice;
DROP TABLE notice_post;
