-- access_review.by_id
SELECT id, period, from_at, to_at, state, opened_at, due_at, closed_at, version FROM access_review WHERE id = $1;

-- access_review.due
SELECT id FROM access_review WHERE state = 'open' AND due_at <= $1 ORDER BY due_at, id FETCH FIRST $2 ROWS ONLY;

-- access_review.insert_if_free
INSERT INTO access_review (id, period, from_at, to_at, state, opened_at, due_at, closed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING;

-- access_review.move
UPDATE access_review SET state = $1, closed_at = $2, version = $3 WHERE id = $4 AND version = $5;

-- access_review.newest
SELECT id, period, from_at, to_at, state, opened_at, due_at, closed_at, version FROM access_review ORDER BY period desc FETCH FIRST $1 ROWS ONLY;

-- access_review.of_period
SELECT id, period, from_at, to_at, state, opened_at, due_at, closed_at, version FROM access_review WHERE period = $1;

-- access_review_item.counts
SELECT i.review_id, i.state, COUNT(*) AS item_count FROM access_review_item i WHERE i.review_id = ANY($1) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $2 AND s.unit_id = i.unit_id AND s.depth <= $3) GROUP BY i.review_id, i.state;

-- access_review_item.decide
UPDATE access_review_item SET state = $1, decided_by = $2, decided_at = $3, remark_enc = $4, version = $5 WHERE id = $6 AND version = $7 AND state = 'open';

-- access_review_item.expire
UPDATE access_review_item SET state = 'expired', version = version + 1 WHERE review_id = $1 AND state = 'open';

-- access_review_item.insert_if_free
INSERT INTO access_review_item (id, review_id, account_id, unit_id, roles, last_used_at, reveal_count, state, decided_by, decided_at, remark_enc, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING;

-- access_review_item.page
SELECT i.id, i.review_id, i.account_id, i.unit_id, i.roles, i.last_used_at, i.reveal_count, i.state, i.decided_by, i.decided_at, i.remark_enc, i.version FROM access_review_item i WHERE i.review_id = $1 AND i.id > $2 AND (i.state = $3 OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = i.unit_id AND s.depth <= $5) ORDER BY i.id FETCH FIRST $6 ROWS ONLY;

-- access_review_item.reseal
UPDATE access_review_item SET remark_enc = $1 WHERE id = $2 AND remark_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- access_review_item.reseal (many rows)
UPDATE access_review_item SET remark_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE access_review_item.id = f.id AND access_review_item.remark_enc IS NOT DISTINCT FROM f.old0;

-- access_review_item.reveals
SELECT COUNT(*) AS reveal_count FROM audit_event WHERE actor_id = $1 AND action = 'requester.reveal' AND outcome = 'ok' AND occurred_at >= $2 AND occurred_at < $3;

-- access_review_item.sealed
SELECT id, remark_enc FROM access_review_item ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- access_review_item.sealed_next
SELECT id, remark_enc FROM access_review_item WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- access_review_item.within
SELECT i.id, i.review_id, i.account_id, i.unit_id, i.roles, i.last_used_at, i.reveal_count, i.state, i.decided_by, i.decided_at, i.remark_enc, i.version FROM access_review_item i WHERE i.id = $1 AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $2 AND s.unit_id = i.unit_id AND s.depth <= $3);

-- account.by_id
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE id = $1;

-- account.by_ids
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE id = ANY($1);

-- account.by_username
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE username = $1;

-- account.by_usernames
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE username = ANY($1);

-- account.count
SELECT COUNT(*) AS account_count FROM account;

-- account.decide
UPDATE account SET state = $1, pending_roles = $2, pending_by_id = $3, totp_enc = $4, failed_count = $5, locked_until_at = $6, version = $7 WHERE id = $8 AND version = $9;

-- account.dormant
SELECT id FROM account WHERE state = 'active' AND (last_sign_in_at < $1 OR (last_sign_in_at IS NULL AND created_at < $1)) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- account.failed
UPDATE account SET failed_count = failed_count + 1 WHERE id = $1;

-- account.failures
SELECT failed_count FROM account WHERE id = $1;

-- account.first_password
UPDATE account SET password_hash = $1, password_changed_at = $2, must_change_password = $3, version = $4 WHERE id = $5 AND version = $6 AND password_hash = $7;

-- account.hand_over_unit
UPDATE account SET unit_id = $1 WHERE unit_id = $2;

-- account.holders_of_roles
SELECT DISTINCT account.id FROM account JOIN account_role ON account_role.account_id = account.id WHERE account.state = 'active' AND account_role.role = ANY($1) ORDER BY account.id FETCH FIRST $2 ROWS ONLY;

-- account.insert
INSERT INTO account (id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- account.lock
UPDATE account SET failed_count = $1, locked_until_at = $2 WHERE id = $3;

-- account.page
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account ORDER BY username asc FETCH FIRST $1 ROWS ONLY;

-- account.page (next page)
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE username > $1 ORDER BY username asc FETCH FIRST $2 ROWS ONLY;

-- account.page_of_state
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE state = $1 ORDER BY username asc FETCH FIRST $2 ROWS ONLY;

-- account.page_of_state (next page)
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE state = $1 AND username > $2 ORDER BY username asc FETCH FIRST $3 ROWS ONLY;

-- account.place
UPDATE account SET unit_id = $1, version = $2 WHERE id = $3 AND version = $4;

-- account.reseal
UPDATE account SET totp_enc = $1 WHERE id = $2 AND totp_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- account.reseal (many rows)
UPDATE account SET totp_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE account.id = f.id AND account.totp_enc IS NOT DISTINCT FROM f.old0;

-- account.sealed
SELECT id, totp_enc FROM account ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- account.sealed_next
SELECT id, totp_enc FROM account WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- account.set_locale
UPDATE account SET locale = $1 WHERE id = $2;

-- account.set_name
UPDATE account SET display_name = $1 WHERE id = $2;

-- account.set_password
UPDATE account SET password_hash = $1, password_changed_at = $2, must_change_password = $3, failed_count = $4, locked_until_at = $5, version = $6 WHERE id = $7 AND version = $8;

-- account.set_username
UPDATE account SET username = $1 WHERE id = $2;

-- account.setup_remove
DELETE FROM account WHERE id = $1;

-- account.setup_waiting
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE state = $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- account.signed_in
UPDATE account SET failed_count = $1, locked_until_at = $2, last_sign_in_at = $3, totp_last_step = $4 WHERE id = $5 AND failed_count = $6 AND totp_last_step = $7;

-- account.signed_in_known
UPDATE account SET last_sign_in_at = $1, totp_last_step = $2 WHERE id = $3 AND totp_last_step = $4;

-- account_address.by_hash
SELECT account_id, address_hash, succeeded_at, failed_count, locked_until_at FROM account_address WHERE account_id = $1 AND address_hash = $2;

-- account_address.failed
UPDATE account_address SET failed_count = failed_count + 1 WHERE account_id = $1 AND address_hash = $2;

-- account_address.insert
INSERT INTO account_address (account_id, address_hash, succeeded_at, failed_count, locked_until_at) VALUES ($1, $2, $3, $4, $5);

-- account_address.lock
UPDATE account_address SET failed_count = $1, locked_until_at = $2 WHERE account_id = $3 AND address_hash = $4;

-- account_address.purge
DELETE FROM account_address WHERE succeeded_at < $1;

-- account_address.succeeded
UPDATE account_address SET succeeded_at = $1, failed_count = $2, locked_until_at = $3 WHERE account_id = $4 AND address_hash = $5 AND failed_count = $6;

-- account_address.unlock
UPDATE account_address SET failed_count = $1, locked_until_at = $2 WHERE account_id = $3;

-- account_import.by_id
SELECT id, state, encoding, file_hash, new_count, changed_count, unchanged_count, faulty_count, faults, row_lines, waiting_ids, created_by_id, created_at, applied_at, version FROM account_import WHERE id = $1;

-- account_import.insert
INSERT INTO account_import (id, state, encoding, file_hash, new_count, changed_count, unchanged_count, faulty_count, faults, row_lines, waiting_ids, created_by_id, created_at, applied_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- account_import.move
UPDATE account_import SET state = $1, row_lines = $2, waiting_ids = $3, applied_at = $4, version = $5 WHERE id = $6 AND version = $7;

-- account_import.of_account
SELECT id, state, encoding, file_hash, new_count, changed_count, unchanged_count, faulty_count, faults, row_lines, waiting_ids, created_by_id, created_at, applied_at, version FROM account_import WHERE created_by_id = $1 ORDER BY id desc FETCH FIRST $2 ROWS ONLY;

-- account_import.remove_of_state
DELETE FROM account_import WHERE created_by_id = $1 AND state = $2;

-- account_recovery_code.count
SELECT COUNT(*) AS code_count FROM account_recovery_code WHERE account_id = $1;

-- account_recovery_code.insert
INSERT INTO account_recovery_code (account_id, code_hash) VALUES ($1, $2);

-- account_recovery_code.remove_all
DELETE FROM account_recovery_code WHERE account_id = $1;

-- account_recovery_code.take
DELETE FROM account_recovery_code WHERE account_id = $1 AND code_hash = $2;

-- account_role.counts
SELECT role, COUNT(*) AS holders FROM account_role GROUP BY role ORDER BY role FETCH FIRST $1 ROWS ONLY;

-- account_role.first
SELECT account_id, role, scope_kind, scope_unit_id FROM account_role ORDER BY account_id asc, role asc FETCH FIRST $1 ROWS ONLY;

-- account_role.hand_over_unit
UPDATE account_role SET scope_unit_id = $1 WHERE scope_unit_id = $2;

-- account_role.hold_role
UPDATE account_role SET role = role WHERE role = $1;

-- account_role.insert
INSERT INTO account_role (account_id, role, scope_kind, scope_unit_id) VALUES ($1, $2, $3, $4);

-- account_role.of_accounts
SELECT r.account_id, r.role, r.scope_kind, r.scope_unit_id, u.id AS unit_id, u.depth AS unit_depth FROM account_role r JOIN account a ON a.id = r.account_id JOIN org_unit u ON u.id = COALESCE(r.scope_unit_id, a.unit_id) WHERE r.account_id = ANY($1);

-- account_role.others_active
SELECT COUNT(*) AS others FROM account_role JOIN account ON account.id = account_role.account_id WHERE account_role.role = $1 AND account.state = 'active' AND account.id <> $2;

-- account_role.place
UPDATE account_role SET scope_kind = $1, scope_unit_id = $2 WHERE account_id = $3 AND role = $4;

-- account_role.remove_all
DELETE FROM account_role WHERE account_id = $1;

-- account_role.remove_role
DELETE FROM account_role WHERE role = $1;

-- account_session.by_id
SELECT id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at FROM account_session WHERE id = $1;

-- account_session.by_token
SELECT id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at FROM account_session WHERE token_hash = $1;

-- account_session.insert
INSERT INTO account_session (id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- account_session.of_account
SELECT id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at FROM account_session WHERE account_id = $1 ORDER BY created_at desc, id desc FETCH FIRST $2 ROWS ONLY;

-- account_session.of_idp
SELECT id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at FROM account_session WHERE idp_id = $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- account_session.of_name
SELECT id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at FROM account_session WHERE idp_id = $1 AND name_id = $2 ORDER BY id asc FETCH FIRST $3 ROWS ONLY;

-- account_session.prove
UPDATE account_session SET proven_at = $1 WHERE id = $2;

-- account_session.purge
DELETE FROM account_session WHERE expires_at < $1;

-- account_session.remove
DELETE FROM account_session WHERE id = $1;

-- account_session.remove_all
DELETE FROM account_session WHERE account_id = $1;

-- account_session.remove_of_role
DELETE FROM account_session WHERE account_id IN (SELECT account_id FROM account_role WHERE role = $1);

-- account_session.remove_others
DELETE FROM account_session WHERE account_id = $1 AND id <> $2;

-- account_session.touch
UPDATE account_session SET last_seen_at = $1 WHERE id = $2;

-- address_block.active
SELECT address, ends_at FROM address_block WHERE released_at IS NULL AND ends_at > $1 ORDER BY ends_at DESC FETCH FIRST $2 ROWS ONLY;

-- address_block.by_id
SELECT id, address, reason, blocked_at, ends_at, released_by_id, released_at FROM address_block WHERE id = $1;

-- address_block.count
SELECT COUNT(*) AS found FROM address_block WHERE address = $1 AND blocked_at > $2;

-- address_block.forget
DELETE FROM address_block WHERE ends_at < $1;

-- address_block.insert
INSERT INTO address_block (id, address, reason, blocked_at, ends_at, released_by_id, released_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- address_block.page
SELECT id, address, reason, blocked_at, ends_at, released_by_id, released_at FROM address_block ORDER BY blocked_at desc, id desc FETCH FIRST $1 ROWS ONLY;

-- address_block.page (next page)
SELECT id, address, reason, blocked_at, ends_at, released_by_id, released_at FROM address_block WHERE blocked_at <= $1 AND (blocked_at < $1 OR (id < $2)) ORDER BY blocked_at desc, id desc FETCH FIRST $3 ROWS ONLY;

-- address_block.release
UPDATE address_block SET released_at = $1, released_by_id = $2 WHERE address = $3 AND released_at IS NULL AND ends_at > $1;

-- agent.all
SELECT DISTINCT account.id, account.display_name FROM account JOIN account_role ON account_role.account_id = account.id WHERE account.state = 'active' AND (account_role.role IN ('agent', 'supervisor') OR account_role.role IN (SELECT custom_role.id FROM custom_role WHERE custom_role.takes_work = 1)) AND (EXISTS (SELECT 1 FROM unit_closure s WHERE s.unit_id = $1 AND s.ancestor_id = COALESCE(account_role.scope_unit_id, account.unit_id) AND (s.depth = 0 OR account_role.scope_kind = 'subtree')) OR $1 IS NULL) ORDER BY account.display_name, account.id FETCH FIRST $2 ROWS ONLY;

-- agent.of_group
SELECT DISTINCT account.id, account.display_name FROM account JOIN account_role ON account_role.account_id = account.id JOIN skill_group_member ON skill_group_member.account_id = account.id WHERE account.state = 'active' AND (account_role.role IN ('agent', 'supervisor') OR account_role.role IN (SELECT custom_role.id FROM custom_role WHERE custom_role.takes_work = 1)) AND skill_group_member.skill_group_id = $1 AND (EXISTS (SELECT 1 FROM unit_closure s WHERE s.unit_id = $2 AND s.ancestor_id = COALESCE(account_role.scope_unit_id, account.unit_id) AND (s.depth = 0 OR account_role.scope_kind = 'subtree')) OR $2 IS NULL) ORDER BY account.display_name, account.id FETCH FIRST $3 ROWS ONLY;

-- api_token.by_hash
SELECT id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at FROM api_token WHERE token_hash = $1;

-- api_token.by_id
SELECT id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at FROM api_token WHERE id = $1;

-- api_token.by_old_hash
SELECT id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at FROM api_token WHERE old_token_hash = $1;

-- api_token.insert
INSERT INTO api_token (id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- api_token.page
SELECT id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at FROM api_token ORDER BY created_at desc, id desc FETCH FIRST $1 ROWS ONLY;

-- api_token.page (next page)
SELECT id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at FROM api_token WHERE created_at <= $1 AND (created_at < $1 OR (id < $2)) ORDER BY created_at desc, id desc FETCH FIRST $3 ROWS ONLY;

-- api_token.revoke
UPDATE api_token SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL;

-- api_token.rotate
UPDATE api_token SET token_hash = $1, old_token_hash = $2, old_until_at = $3 WHERE id = $4 AND token_hash = $5 AND revoked_at IS NULL;

-- api_token.touch
UPDATE api_token SET last_used_at = $1 WHERE id = $2;

-- approval.by_id
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval WHERE id = $1;

-- approval.by_key
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval WHERE open_key = $1;

-- approval.count_for
SELECT COUNT(*) AS waiting FROM approval WHERE state = 'asked' AND expires_at > $1 AND kind = ANY($2) AND requested_by_id <> $3;

-- approval.decide
UPDATE approval SET state = $1, decided_by_id = $2, decided_at = $3, note = $4, change_lines = $5, open_key = $6, version = $7 WHERE id = $8 AND version = $9 AND state = 'asked';

-- approval.decided
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval WHERE (state <> 'asked' OR expires_at <= $1) AND kind = ANY($2) AND requested_at <= $3 AND (requested_at < $3 OR id < $4) ORDER BY requested_at DESC, id DESC FETCH FIRST $5 ROWS ONLY;

-- approval.insert
INSERT INTO approval (id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- approval.mine
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval WHERE requested_by_id = $1 AND requested_at <= $2 AND (requested_at < $2 OR id < $3) ORDER BY requested_at DESC, id DESC FETCH FIRST $4 ROWS ONLY;

-- approval.open_of
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval WHERE requested_by_id = $1 AND state = 'asked' AND expires_at > $2 ORDER BY requested_at, id FETCH FIRST $3 ROWS ONLY;

-- approval.overdue
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval WHERE state = 'asked' AND expires_at <= $1 ORDER BY expires_at, id FETCH FIRST $2 ROWS ONLY;

-- approval.waiting
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval WHERE state = 'asked' AND expires_at > $1 AND kind = ANY($2) AND requested_at <= $3 AND (requested_at < $3 OR id < $4) ORDER BY requested_at DESC, id DESC FETCH FIRST $5 ROWS ONLY;

-- archived_dek.count
SELECT COUNT(*) AS archives FROM archived_dek WHERE dek_id = $1;

-- archived_dek.mark
INSERT INTO archived_dek (dek_id, run_id) SELECT d.id, $1 FROM crypto_dek d WHERE d.owner_id = ANY($2) AND d.scope = 'requester' AND NOT EXISTS (SELECT a.dek_id FROM archived_dek a WHERE a.dek_id = d.id);

-- article.by_id
SELECT id, locale, category, state, question, search_text, owner_id, published_version, draft_version, last_version, similar_count, valid_from, valid_to, updated_at, version FROM article WHERE id = $1;

-- article.categories
SELECT category, locale, COUNT(*) AS articles FROM article WHERE state <> 'retired' GROUP BY category, locale ORDER BY category, locale FETCH FIRST $1 ROWS ONLY;

-- article.export
SELECT a.id, a.locale, a.category, a.state, a.question, v.answer, v.similar_texts, v.risk_level, a.similar_count, a.valid_from, a.valid_to, a.updated_at FROM article a LEFT JOIN article_version v ON v.article_id = a.id AND v.version_no = COALESCE(a.published_version, a.last_version) WHERE a.state LIKE $1 ESCAPE '!' AND a.locale LIKE $2 ESCAPE '!' AND a.category LIKE $3 ESCAPE '!' AND a.search_text LIKE $4 ESCAPE '!' AND a.id > $5 ORDER BY a.id FETCH FIRST $6 ROWS ONLY;

-- article.insert
INSERT INTO article (id, locale, category, state, question, search_text, owner_id, published_version, draft_version, last_version, similar_count, valid_from, valid_to, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- article.list
SELECT id, locale, category, state, question, search_text, owner_id, published_version, draft_version, last_version, similar_count, valid_from, valid_to, updated_at, version FROM article WHERE state LIKE $1 ESCAPE '!' AND locale LIKE $2 ESCAPE '!' AND category LIKE $3 ESCAPE '!' AND search_text LIKE $4 ESCAPE '!' AND updated_at <= $5 AND (updated_at < $5 OR id < $6) ORDER BY updated_at DESC, id DESC FETCH FIRST $7 ROWS ONLY;

-- article.live_answers
SELECT a.id, v.version_no, a.locale, v.category, v.question, v.answer FROM article a JOIN article_version v ON v.article_id = a.id AND v.version_no = a.published_version WHERE (v.valid_from IS NULL OR v.valid_from <= $1) AND (v.valid_to IS NULL OR v.valid_to > $1) AND a.id = ANY($2);

-- article.live_entries
SELECT a.id, v.version_no, v.question, v.similar_texts, v.risk_level FROM article a JOIN article_version v ON v.article_id = a.id AND v.version_no = a.published_version WHERE (v.valid_from IS NULL OR v.valid_from <= $1) AND (v.valid_to IS NULL OR v.valid_to > $1) AND v.category NOT LIKE 'calming.%' AND a.locale = $2 AND a.id > $3 ORDER BY a.id FETCH FIRST $4 ROWS ONLY;

-- article.live_openings
SELECT a.id, v.version_no, a.locale, v.category, v.question, v.answer FROM article a JOIN article_version v ON v.article_id = a.id AND v.version_no = a.published_version WHERE (v.valid_from IS NULL OR v.valid_from <= $1) AND (v.valid_to IS NULL OR v.valid_to > $1) AND a.locale = $2 AND v.category LIKE 'calming.%' ORDER BY v.category, a.id FETCH FIRST $3 ROWS ONLY;

-- article.live_stamp
SELECT COUNT(*) AS articles, SUM(v.version_no) AS versions, MAX(a.updated_at) AS changed_at FROM article a JOIN article_version v ON v.article_id = a.id AND v.version_no = a.published_version WHERE (v.valid_from IS NULL OR v.valid_from <= $1) AND (v.valid_to IS NULL OR v.valid_to > $1) AND a.locale = $2;

-- article.questions_of
SELECT a.id, a.question FROM article a WHERE a.id = ANY($1);

-- article.update
UPDATE article SET category = $1, state = $2, question = $3, search_text = $4, published_version = $5, draft_version = $6, last_version = $7, similar_count = $8, valid_from = $9, valid_to = $10, updated_at = $11, version = $12 WHERE id = $13 AND version = $14;

-- article_import.by_id
SELECT id, state, format, file_hash, row_count, done_count, new_count, changed_count, unchanged_count, conflict_count, faulty_count, applied_count, created_by_id, created_at, ended_at, version FROM article_import WHERE id = $1;

-- article_import.insert
INSERT INTO article_import (id, state, format, file_hash, row_count, done_count, new_count, changed_count, unchanged_count, conflict_count, faulty_count, applied_count, created_by_id, created_at, ended_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- article_import.of_account
SELECT id, state, format, file_hash, row_count, done_count, new_count, changed_count, unchanged_count, conflict_count, faulty_count, applied_count, created_by_id, created_at, ended_at, version FROM article_import WHERE created_by_id = $1 ORDER BY id desc FETCH FIRST $2 ROWS ONLY;

-- article_import.remove
DELETE FROM article_import WHERE id = $1;

-- article_import.write
UPDATE article_import SET state = $1, done_count = $2, new_count = $3, changed_count = $4, unchanged_count = $5, conflict_count = $6, faulty_count = $7, applied_count = $8, ended_at = $9, version = $10 WHERE id = $11 AND version = $12;

-- article_import_row.after
SELECT import_id, line, article_id, question, content, outcome, code, column_name, other_line, other_id FROM article_import_row WHERE import_id = $1 AND line > $2 ORDER BY line FETCH FIRST $3 ROWS ONLY;

-- article_import_row.insert
INSERT INTO article_import_row (import_id, line, article_id, question, content, outcome, code, column_name, other_line, other_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- article_import_row.remove
DELETE FROM article_import_row WHERE import_id = $1;

-- article_import_row.settle
UPDATE article_import_row SET outcome = $1, code = $2, column_name = $3, other_line = $4, other_id = $5 WHERE import_id = $6 AND line = $7;

-- article_import_row.with_outcome
SELECT import_id, line, article_id, question, content, outcome, code, column_name, other_line, other_id FROM article_import_row WHERE import_id = $1 AND outcome = ANY($2) AND line > $3 ORDER BY line FETCH FIRST $4 ROWS ONLY;

-- article_version.by_no
SELECT article_id, version_no, state, category, question, answer, similar_texts, risk_level, valid_from, valid_to, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason FROM article_version WHERE article_id = $1 AND version_no = $2;

-- article_version.end
UPDATE article_version SET state = $1 WHERE article_id = $2 AND version_no = $3;

-- article_version.insert
INSERT INTO article_version (article_id, version_no, state, category, question, answer, similar_texts, risk_level, valid_from, valid_to, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- article_version.move
UPDATE article_version SET state = $1, approver_id = $2, approved_at = $3, rejected_reason = $4 WHERE article_id = $5 AND version_no = $6;

-- article_version.of_article
SELECT article_id, version_no, state, category, question, answer, similar_texts, risk_level, valid_from, valid_to, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason FROM article_version WHERE article_id = $1 ORDER BY version_no desc FETCH FIRST $2 ROWS ONLY;

-- article_wording.insert
INSERT INTO article_wording (locale, wording_key, article_id) VALUES ($1, $2, $3);

-- article_wording.remove
DELETE FROM article_wording WHERE article_id = $1;

-- article_wording.taken
SELECT article_id FROM article_wording WHERE locale = $1 AND wording_key = ANY($2) AND article_id <> $3 ORDER BY article_id FETCH FIRST 1 ROWS ONLY;

-- assist_event.by_agent
SELECT e.agent_id AS group_id, e.outcome, COUNT(*) AS event_count FROM assist_event e JOIN conversation c ON c.id = e.conversation_id WHERE e.at >= $1 AND e.at < $2 AND (c.assignee_id = $3 OR c.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = c.unit_id AND s.depth <= $5) GROUP BY e.agent_id, e.outcome ORDER BY event_count DESC, group_id, e.outcome FETCH FIRST $6 ROWS ONLY;

-- assist_event.by_article
SELECT e.article_id AS group_id, e.outcome, COUNT(*) AS event_count FROM assist_event e JOIN conversation c ON c.id = e.conversation_id WHERE e.at >= $1 AND e.at < $2 AND (c.assignee_id = $3 OR c.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = c.unit_id AND s.depth <= $5) GROUP BY e.article_id, e.outcome ORDER BY event_count DESC, group_id, e.outcome FETCH FIRST $6 ROWS ONLY;

-- assist_event.by_team
SELECT c.skill_group_id AS group_id, e.outcome, COUNT(*) AS event_count FROM assist_event e JOIN conversation c ON c.id = e.conversation_id WHERE e.at >= $1 AND e.at < $2 AND (c.assignee_id = $3 OR c.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = c.unit_id AND s.depth <= $5) GROUP BY c.skill_group_id, e.outcome ORDER BY event_count DESC, group_id, e.outcome FETCH FIRST $6 ROWS ONLY;

-- assist_event.insert
INSERT INTO assist_event (id, conversation_id, article_id, agent_id, outcome, at) VALUES ($1, $2, $3, $4, $5, $6);

-- assist_event.known
SELECT id FROM assist_event WHERE id = ANY($1);

-- assist_event.owned
SELECT id, conversation_id, article_id, agent_id, outcome, at FROM assist_event WHERE conversation_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- assist_event.owned_next
SELECT id, conversation_id, article_id, agent_id, outcome, at FROM assist_event WHERE conversation_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- assist_event.owned_whole
SELECT id, conversation_id, article_id, agent_id, outcome, at FROM assist_event WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- assist_event.remove_owned
DELETE FROM assist_event WHERE conversation_id = ANY($1);

-- assist_event.said
SELECT DISTINCT article_id FROM assist_event WHERE conversation_id = $1 AND outcome IN ('used', 'edited') ORDER BY article_id FETCH FIRST 100 ROWS ONLY;

-- assist_event.used
SELECT article_id FROM assist_event WHERE conversation_id = $1 AND outcome = 'used' AND at >= $2 ORDER BY at, id FETCH FIRST 1 ROWS ONLY;

-- audit_alert.by_day
SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version FROM audit_alert WHERE rule = $1 AND day = $2 AND actor_id = $3;

-- audit_alert.by_id
SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version FROM audit_alert WHERE id = $1;

-- audit_alert.count_acts
SELECT actor_id, COUNT(*) AS entry_count, MIN(occurred_at) AS first_at, MAX(occurred_at) AS last_at FROM audit_event WHERE action IN ($1, $2, $3, $4) AND occurred_at >= $5 AND occurred_at < $6 AND actor_type = $7 AND outcome = $8 GROUP BY actor_id HAVING COUNT(*) >= $9 ORDER BY COUNT(*) DESC, actor_id FETCH FIRST $10 ROWS ONLY;

-- audit_alert.count_personal
SELECT actor_id, COUNT(*) AS entry_count, MIN(occurred_at) AS first_at, MAX(occurred_at) AS last_at FROM audit_event WHERE class = 'personal-data' AND occurred_at >= $1 AND occurred_at < $2 AND actor_type = $3 AND outcome = $4 GROUP BY actor_id HAVING COUNT(*) >= $5 ORDER BY COUNT(*) DESC, actor_id FETCH FIRST $6 ROWS ONLY;

-- audit_alert.escalate
UPDATE audit_alert SET escalated_at = $1, version = $2 WHERE id = $3 AND version = $4 AND signed_at IS NULL AND expired_at IS NULL AND escalated_at IS NULL;

-- audit_alert.expire
UPDATE audit_alert SET expired_at = $1, version = $2 WHERE id = $3 AND version = $4 AND signed_at IS NULL AND expired_at IS NULL;

-- audit_alert.grow
UPDATE audit_alert SET subject_ids = $1, entry_count = $2, first_at = $3, last_at = $4, version = $5 WHERE id = $6 AND version = $7 AND signed_at IS NULL AND expired_at IS NULL;

-- audit_alert.insert_if_free
INSERT INTO audit_alert (id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING;

-- audit_alert.late
SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version FROM audit_alert WHERE signed_at IS NULL AND expired_at IS NULL AND escalated_at IS NULL AND raised_at <= $1 ORDER BY raised_at, id FETCH FIRST $2 ROWS ONLY;

-- audit_alert.over
SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version FROM audit_alert WHERE signed_at IS NULL AND expired_at IS NULL AND escalated_at <= $1 ORDER BY escalated_at, id FETCH FIRST $2 ROWS ONLY;

-- audit_alert.page
SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version FROM audit_alert WHERE (($1 = 'signed' AND signed_at IS NOT NULL) OR ($1 = 'expired' AND expired_at IS NOT NULL) OR ($1 = 'open' AND signed_at IS NULL AND expired_at IS NULL)) AND raised_at <= $2 AND (raised_at < $2 OR id < $3) ORDER BY raised_at DESC, id DESC FETCH FIRST $4 ROWS ONLY;

-- audit_alert.reseal
UPDATE audit_alert SET remark_enc = $1 WHERE id = $2 AND remark_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- audit_alert.reseal (many rows)
UPDATE audit_alert SET remark_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE audit_alert.id = f.id AND audit_alert.remark_enc IS NOT DISTINCT FROM f.old0;

-- audit_alert.sealed
SELECT id, remark_enc FROM audit_alert ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- audit_alert.sealed_next
SELECT id, remark_enc FROM audit_alert WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- audit_alert.sign
UPDATE audit_alert SET signed_by = $1, signed_at = $2, remark_enc = $3, version = $4 WHERE id = $5 AND version = $6 AND signed_at IS NULL AND expired_at IS NULL;

-- audit_alert.staff_looks
SELECT actor_id, customer_ref, COUNT(*) AS entry_count, MIN(occurred_at) AS first_at, MAX(occurred_at) AS last_at FROM audit_event WHERE customer_ref = ANY($1) AND occurred_at >= $2 AND occurred_at < $3 AND class = 'personal-data' AND actor_type = 'account' AND outcome = 'ok' GROUP BY actor_id, customer_ref ORDER BY actor_id, customer_ref FETCH FIRST $4 ROWS ONLY;

-- audit_alert.weighed
SELECT actor_id, occurred_at AS at, body FROM audit_event WHERE action = $1 AND outcome = $2 AND actor_type = 'account' AND occurred_at >= $3 AND occurred_at < $4 ORDER BY occurred_at FETCH FIRST $5 ROWS ONLY;

-- audit_block.by_numbers
SELECT block_no, entry_count, lane_ranges, first_at, last_at, end_seal_no, end_taken, is_done FROM audit_block WHERE block_no = ANY($1);

-- audit_block.done
UPDATE audit_block SET is_done = $1 WHERE block_no = $2;

-- audit_block.insert
INSERT INTO audit_block (block_no, entry_count, lane_ranges, first_at, last_at, end_seal_no, end_taken, is_done) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- audit_block.last
SELECT block_no, entry_count, lane_ranges, first_at, last_at, end_seal_no, end_taken, is_done FROM audit_block ORDER BY block_no desc FETCH FIRST $1 ROWS ONLY;

-- audit_check.by_id
SELECT id, account_id, state, result, note, error_code, asked_at, ended_at, version FROM audit_check WHERE id = $1;

-- audit_check.change
UPDATE audit_check SET state = $1, result = $2, note = $3, error_code = $4, ended_at = $5, version = $6 WHERE id = $7 AND version = $8;

-- audit_check.insert
INSERT INTO audit_check (id, account_id, state, result, note, error_code, asked_at, ended_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- audit_check.page
SELECT c.id, c.account_id, c.state, c.result, c.note, c.error_code, c.asked_at, c.ended_at, c.version FROM audit_check c WHERE c.asked_at <= $1 AND (c.asked_at < $1 OR c.id < $2) ORDER BY c.asked_at DESC, c.id DESC FETCH FIRST $3 ROWS ONLY;

-- audit_epoch.insert
INSERT INTO audit_epoch (node, epoch, host, lane_count, started_at) VALUES ($1, $2, $3, $4, $5);

-- audit_epoch.last
SELECT MAX(epoch) AS epoch FROM audit_epoch WHERE node = $1;

-- audit_epoch.list
SELECT node, epoch, host, lane_count, started_at FROM audit_epoch ORDER BY node asc, epoch asc;

-- audit_event.adoptions
SELECT body FROM audit_event WHERE action = 'audit.adopt' ORDER BY occurred_at DESC FETCH FIRST $1 ROWS ONLY;

-- audit_event.after
SELECT node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 ORDER BY n asc FETCH FIRST $4 ROWS ONLY;

-- audit_event.after (next page)
SELECT node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n > $4 ORDER BY n asc FETCH FIRST $5 ROWS ONLY;

-- audit_event.body
SELECT body FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n = $4;

-- audit_event.by_id
SELECT node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE id = $1;

-- audit_event.by_id_exists
SELECT n FROM audit_event WHERE id = $1;

-- audit_event.first_number
SELECT MIN(n) AS first FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n > $4;

-- audit_event.gaps
SELECT n, following FROM (SELECT n, LEAD(n) OVER (ORDER BY n) AS following FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n > $4) numbered WHERE following > n + 1 ORDER BY n;

-- audit_event.insert
INSERT INTO audit_event (node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- audit_event.lanes
SELECT node, epoch, lane, MAX(n) AS last, COUNT(*) AS entry_count FROM audit_event GROUP BY node, epoch, lane ORDER BY node, epoch, lane;

-- audit_event.last_number
SELECT MAX(n) AS last FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3;

-- audit_event.leaves_after
SELECT n, leaf, action FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n > $4 ORDER BY n FETCH FIRST $5 ROWS ONLY;

-- audit_event.number
SELECT n FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n = $4;

-- audit_period.current
SELECT p.entry_class, p.version, p.keep_days, p.changed_by, p.approved_by, p.changed_at FROM audit_period p WHERE p.version = (SELECT MAX(m.version) FROM audit_period m WHERE m.entry_class = p.entry_class);

-- audit_period.insert
INSERT INTO audit_period (entry_class, version, keep_days, changed_by, approved_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6);

-- audit_purge.by_key
SELECT purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, archive_name, archive_digest, requested_by, approved_by, until_at, decided_at FROM audit_purge WHERE approval_key = $1;

-- audit_purge.insert
INSERT INTO audit_purge (purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, archive_name, archive_digest, requested_by, approved_by, until_at, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- audit_purge.last
SELECT purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, archive_name, archive_digest, requested_by, approved_by, until_at, decided_at FROM audit_purge ORDER BY purge_no desc FETCH FIRST $1 ROWS ONLY;

-- audit_purge.page
SELECT purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, archive_name, archive_digest, requested_by, approved_by, until_at, decided_at FROM audit_purge ORDER BY purge_no desc FETCH FIRST $1 ROWS ONLY;

-- audit_purge.page (next page)
SELECT purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, archive_name, archive_digest, requested_by, approved_by, until_at, decided_at FROM audit_purge WHERE purge_no < $1 ORDER BY purge_no desc FETCH FIRST $2 ROWS ONLY;

-- audit_purge_chunk.insert
INSERT INTO audit_purge_chunk (id, purge_no, node, epoch, lane, from_n, to_n, until_at, seals_below) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- audit_query.by_id
SELECT id, account_id, name_enc, filter_enc, period, at_hour, format, lang, next_at, last_at, last_export_id, error_code, created_at, version FROM audit_query WHERE id = $1;

-- audit_query.due
SELECT id FROM audit_query WHERE next_at <= $1 ORDER BY next_at, id FETCH FIRST $2 ROWS ONLY;

-- audit_query.insert
INSERT INTO audit_query (id, account_id, name_enc, filter_enc, period, at_hour, format, lang, next_at, last_at, last_export_id, error_code, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- audit_query.of_account
SELECT id, account_id, name_enc, filter_enc, period, at_hour, format, lang, next_at, last_at, last_export_id, error_code, created_at, version FROM audit_query WHERE account_id = $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- audit_query.remove
DELETE FROM audit_query WHERE id = $1 AND account_id = $2;

-- audit_query.reseal
UPDATE audit_query SET name_enc = $1, filter_enc = $2 WHERE id = $3 AND name_enc IS NOT DISTINCT FROM CAST($4 AS bytea) AND filter_enc IS NOT DISTINCT FROM CAST($5 AS bytea);

-- audit_query.reseal (many rows)
UPDATE audit_query SET name_enc = f.next0, filter_enc = f.next1 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[])) AS f (id, next0, old0, next1, old1) WHERE audit_query.id = f.id AND audit_query.name_enc IS NOT DISTINCT FROM f.old0 AND audit_query.filter_enc IS NOT DISTINCT FROM f.old1;

-- audit_query.sealed
SELECT id, name_enc, filter_enc FROM audit_query ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- audit_query.sealed_next
SELECT id, name_enc, filter_enc FROM audit_query WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- audit_query.update
UPDATE audit_query SET name_enc = $1, filter_enc = $2, period = $3, at_hour = $4, format = $5, lang = $6, next_at = $7, last_at = $8, last_export_id = $9, error_code = $10, version = $11 WHERE id = $12 AND version = $13;

-- audit_seal.after
SELECT seal_no, tree_size, prev_size, root, frontier, statement, checkpoint, sealed_at FROM audit_seal ORDER BY seal_no asc FETCH FIRST $1 ROWS ONLY;

-- audit_seal.after (next page)
SELECT seal_no, tree_size, prev_size, root, frontier, statement, checkpoint, sealed_at FROM audit_seal WHERE seal_no > $1 ORDER BY seal_no asc FETCH FIRST $2 ROWS ONLY;

-- audit_seal.first_of_entries
SELECT e.id, MIN(s.seal_no) AS seal_no FROM audit_event e JOIN audit_seal s ON s.sealed_at = (SELECT MIN(f.sealed_at) FROM audit_seal f WHERE f.sealed_at >= e.occurred_at) WHERE e.id = ANY($1) GROUP BY e.id;

-- audit_seal.insert
INSERT INTO audit_seal (seal_no, tree_size, prev_size, root, frontier, statement, checkpoint, sealed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- audit_seal.last
SELECT seal_no, tree_size, prev_size, root, frontier, statement, checkpoint, sealed_at FROM audit_seal ORDER BY seal_no desc FETCH FIRST $1 ROWS ONLY;

-- audit_seal.since
SELECT MIN(seal_no) AS seal_no FROM audit_seal WHERE sealed_at = (SELECT MIN(sealed_at) FROM audit_seal WHERE sealed_at >= $1);

-- audit_seal.statements
SELECT seal_no, statement FROM audit_seal WHERE seal_no = ANY($1);

-- audit_seal.within
SELECT MIN(seal_no) AS seal_no FROM audit_seal WHERE sealed_at >= $1 AND sealed_at < $2;

-- audit_tally.add
INSERT INTO audit_tally (grain, start_at, action, outcome, class, entry_count) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (grain, start_at, action, outcome) DO UPDATE SET entry_count = audit_tally.entry_count + EXCLUDED.entry_count;

-- audit_tally.add (many rows)
INSERT INTO audit_tally (grain, start_at, action, outcome, class, entry_count) SELECT f.grain, f.start_at, f.action, f.outcome, f.class, f.entry_count FROM unnest(CAST($1 AS varchar[]), CAST($2 AS timestamp[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS bigint[])) AS f (grain, start_at, action, outcome, class, entry_count) ON CONFLICT (grain, start_at, action, outcome) DO UPDATE SET entry_count = audit_tally.entry_count + EXCLUDED.entry_count;

-- audit_tally.entries
SELECT n, occurred_at AS at, actor_type, actor_id, action, class, outcome FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n > $4 AND n <= $5 ORDER BY n FETCH FIRST $6 ROWS ONLY;

-- audit_tally.of_class
SELECT start_at AS at, SUM(entry_count) AS entry_count FROM audit_tally WHERE grain = 'day' AND class = $1 AND start_at < $2 GROUP BY start_at;

-- audit_tally.oldest
SELECT start_at FROM audit_tally WHERE grain = 'day' ORDER BY start_at FETCH FIRST $1 ROWS ONLY;

-- audit_tally.remove_before
DELETE FROM audit_tally WHERE start_at < $1;

-- audit_tally.sums
SELECT start_at AS at, class, outcome, SUM(entry_count) AS entry_count FROM audit_tally WHERE grain = $1 AND start_at >= $2 AND start_at < $3 AND (action = $4 OR $4 IS NULL) AND (outcome = $5 OR $5 IS NULL) AND (class = $6 OR $6 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $7 = 1) GROUP BY start_at, class, outcome;

-- audit_tally_actor.add
INSERT INTO audit_tally_actor (start_at, actor_type, actor_id, class, outcome, entry_count) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (start_at, actor_type, actor_id, class, outcome) DO UPDATE SET entry_count = audit_tally_actor.entry_count + EXCLUDED.entry_count;

-- audit_tally_actor.add (many rows)
INSERT INTO audit_tally_actor (start_at, actor_type, actor_id, class, outcome, entry_count) SELECT f.start_at, f.actor_type, f.actor_id, f.class, f.outcome, f.entry_count FROM unnest(CAST($1 AS timestamp[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS bigint[])) AS f (start_at, actor_type, actor_id, class, outcome, entry_count) ON CONFLICT (start_at, actor_type, actor_id, class, outcome) DO UPDATE SET entry_count = audit_tally_actor.entry_count + EXCLUDED.entry_count;

-- audit_tally_actor.busiest
SELECT actor_id FROM audit_tally_actor WHERE start_at >= $1 AND start_at < $2 AND actor_type = 'account' AND (outcome = $3 OR $3 IS NULL) AND (class = $4 OR $4 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $5 = 1) GROUP BY actor_id ORDER BY SUM(entry_count) DESC, actor_id FETCH FIRST $6 ROWS ONLY;

-- audit_tally_actor.remove_before
DELETE FROM audit_tally_actor WHERE start_at < $1;

-- audit_tally_actor.sums
SELECT start_at AS at, actor_id, class, outcome, SUM(entry_count) AS entry_count FROM audit_tally_actor WHERE actor_id = ANY($1) AND start_at >= $2 AND start_at < $3 AND (outcome = $4 OR $4 IS NULL) AND (class = $5 OR $5 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $6 = 1) GROUP BY start_at, actor_id, class, outcome;

-- audit_tally_place.move
UPDATE audit_tally_place SET seal_no = $1, counted_to = $2 WHERE name = $3 AND seal_no = $4;

-- audit_tally_place.read
SELECT name, seal_no, counted_to FROM audit_tally_place WHERE name = $1;

-- audit_word.count
SELECT COUNT(*) AS block_count FROM (SELECT block_no FROM audit_word WHERE word = $1 FETCH FIRST $2 ROWS ONLY) found;

-- audit_word.in_blocks
SELECT word, block_no, places FROM audit_word WHERE word = ANY($1) AND block_no = ANY($2);

-- audit_word.page
SELECT block_no, places FROM audit_word WHERE word = $1 AND block_no <= $2 ORDER BY block_no DESC FETCH FIRST $3 ROWS ONLY;

-- audit_word.put
INSERT INTO audit_word (word, block_no, places) SELECT x.w, $1, decode(x.p, 'hex') FROM json_to_recordset(CAST($2 AS json)) AS x(w varchar, p text) ON CONFLICT DO NOTHING;

-- bus_notice.newer
SELECT id, at, body FROM bus_notice ORDER BY at asc, id asc FETCH FIRST $1 ROWS ONLY;

-- bus_notice.newer (next page)
SELECT id, at, body FROM bus_notice WHERE at >= $1 AND (at > $1 OR (id > $2)) ORDER BY at asc, id asc FETCH FIRST $3 ROWS ONLY;

-- bus_notice.prune
DELETE FROM bus_notice WHERE at < $1;

-- bus_notice.send
WITH notice (body) AS (VALUES (CAST($1 AS text))) SELECT pg_notify('vaultdesk_bus', body) FROM notice;

-- canned_response.by_id
SELECT id, title, category, body, created_by, updated_at, version FROM canned_response WHERE id = $1;

-- canned_response.insert
INSERT INTO canned_response (id, title, category, body, created_by, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- canned_response.list
SELECT id, title, category, body, created_by, updated_at, version FROM canned_response ORDER BY category asc, title asc, id asc FETCH FIRST $1 ROWS ONLY;

-- canned_response.list (next page)
SELECT id, title, category, body, created_by, updated_at, version FROM canned_response WHERE category >= $1 AND (category > $1 OR (title >= $2 AND (title > $2 OR (id > $3)))) ORDER BY category asc, title asc, id asc FETCH FIRST $4 ROWS ONLY;

-- canned_response.remove
DELETE FROM canned_response WHERE id = $1;

-- canned_response.update
UPDATE canned_response SET title = $1, category = $2, body = $3, updated_at = $4, version = $5 WHERE id = $6 AND version = $7;

-- case_file.by_id
SELECT id, requester_id, case_number_enc, authority_enc, reason_enc, from_at, to_at, is_unmasked, kept_days, state, asked_by, asked_at, first_by, first_at, second_by, second_at, file_id, size_bytes, digest_hex, error_code, ended_at, expires_at, download_count, version FROM case_file WHERE id = $1;

-- case_file.change
UPDATE case_file SET state = $1, first_by = $2, first_at = $3, second_by = $4, second_at = $5, file_id = $6, size_bytes = $7, digest_hex = $8, error_code = $9, ended_at = $10, expires_at = $11, download_count = $12, version = $13 WHERE id = $14 AND version = $15;

-- case_file.count_open
SELECT COUNT(*) AS open_count FROM case_file WHERE state IN ('asked', 'first', 'making');

-- case_file.events
SELECT id, node, epoch, lane, n, occurred_at AS at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE customer_ref = $1 AND occurred_at >= $2 AND occurred_at < $3 AND occurred_at <= $4 AND (occurred_at < $4 OR id < $5) ORDER BY occurred_at DESC, id DESC FETCH FIRST $6 ROWS ONLY;

-- case_file.expired
SELECT id FROM case_file WHERE state = 'ready' AND expires_at <= $1 ORDER BY expires_at, id FETCH FIRST $2 ROWS ONLY;

-- case_file.insert
INSERT INTO case_file (id, requester_id, case_number_enc, authority_enc, reason_enc, from_at, to_at, is_unmasked, kept_days, state, asked_by, asked_at, first_by, first_at, second_by, second_at, file_id, size_bytes, digest_hex, error_code, ended_at, expires_at, download_count, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24);

-- case_file.page
SELECT c.id, c.requester_id, c.case_number_enc, c.authority_enc, c.reason_enc, c.from_at, c.to_at, c.is_unmasked, c.kept_days, c.state, c.asked_by, c.asked_at, c.first_by, c.first_at, c.second_by, c.second_at, c.file_id, c.size_bytes, c.digest_hex, c.error_code, c.ended_at, c.expires_at, c.download_count, c.version FROM case_file c WHERE c.asked_at <= $1 AND (c.asked_at < $1 OR c.id < $2) ORDER BY c.asked_at DESC, c.id DESC FETCH FIRST $3 ROWS ONLY;

-- case_file.reseal
UPDATE case_file SET case_number_enc = $1, authority_enc = $2, reason_enc = $3 WHERE id = $4 AND case_number_enc IS NOT DISTINCT FROM CAST($5 AS bytea) AND authority_enc IS NOT DISTINCT FROM CAST($6 AS bytea) AND reason_enc IS NOT DISTINCT FROM CAST($7 AS bytea);

-- case_file.reseal (many rows)
UPDATE case_file SET case_number_enc = f.next0, authority_enc = f.next1, reason_enc = f.next2 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[]), CAST($6 AS bytea[]), CAST($7 AS bytea[])) AS f (id, next0, old0, next1, old1, next2, old2) WHERE case_file.id = f.id AND case_file.case_number_enc IS NOT DISTINCT FROM f.old0 AND case_file.authority_enc IS NOT DISTINCT FROM f.old1 AND case_file.reason_enc IS NOT DISTINCT FROM f.old2;

-- case_file.sealed
SELECT id, case_number_enc, authority_enc, reason_enc FROM case_file ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- case_file.sealed_next
SELECT id, case_number_enc, authority_enc, reason_enc FROM case_file WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- compliance.alerts_waiting
SELECT id, rule, day, actor_id AS actor, entry_count AS entries FROM audit_alert WHERE signed_at IS NULL AND expired_at IS NULL ORDER BY raised_at DESC, id DESC FETCH FIRST $1 ROWS ONLY;

-- compliance.clock_changes
SELECT occurred_at, body FROM audit_event WHERE action = 'clock.change' ORDER BY occurred_at DESC FETCH FIRST $1 ROWS ONLY;

-- compliance.events_at
SELECT id, node, epoch, lane, n, occurred_at AS at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n = ANY($4) AND occurred_at >= $5 AND occurred_at <= $6;

-- compliance.newer_than
SELECT COUNT(*) AS entry_count FROM (SELECT e.id FROM audit_event e WHERE e.occurred_at > $1 FETCH FIRST $2 ROWS ONLY) newer;

-- compliance.points_actor
SELECT occurred_at AS at, class, outcome, actor_type, actor_id FROM audit_event WHERE actor_id = $1 AND occurred_at >= $2 AND occurred_at < $3 AND (target_id = $4 OR $4 IS NULL) AND (customer_ref = $5 OR $5 IS NULL) AND (actor_id = $1 OR $1 IS NULL) AND (action = $6 OR $6 IS NULL) AND (outcome = $7 OR $7 IS NULL) AND (class = $8 OR $8 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $9 = 1) ORDER BY occurred_at DESC FETCH FIRST $10 ROWS ONLY;

-- compliance.points_customer
SELECT occurred_at AS at, class, outcome, actor_type, actor_id FROM audit_event WHERE customer_ref = $1 AND occurred_at >= $2 AND occurred_at < $3 AND (target_id = $4 OR $4 IS NULL) AND (customer_ref = $1 OR $1 IS NULL) AND (actor_id = $5 OR $5 IS NULL) AND (action = $6 OR $6 IS NULL) AND (outcome = $7 OR $7 IS NULL) AND (class = $8 OR $8 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $9 = 1) ORDER BY occurred_at DESC FETCH FIRST $10 ROWS ONLY;

-- compliance.points_target
SELECT occurred_at AS at, class, outcome, actor_type, actor_id FROM audit_event WHERE target_id = $1 AND occurred_at >= $2 AND occurred_at < $3 AND (target_id = $1 OR $1 IS NULL) AND (customer_ref = $4 OR $4 IS NULL) AND (actor_id = $5 OR $5 IS NULL) AND (action = $6 OR $6 IS NULL) AND (outcome = $7 OR $7 IS NULL) AND (class = $8 OR $8 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $9 = 1) ORDER BY occurred_at DESC FETCH FIRST $10 ROWS ONLY;

-- compliance.search_action
SELECT id, node, epoch, lane, n, occurred_at AS at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE action = $1 AND occurred_at >= $2 AND occurred_at < $3 AND occurred_at <= $4 AND (occurred_at < $4 OR id < $5) AND (target_id = $6 OR $6 IS NULL) AND (customer_ref = $7 OR $7 IS NULL) AND (actor_id = $8 OR $8 IS NULL) AND (action = $1 OR $1 IS NULL) AND (outcome = $9 OR $9 IS NULL) AND (class = $10 OR $10 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $11 = 1) ORDER BY occurred_at DESC, id DESC FETCH FIRST $12 ROWS ONLY;

-- compliance.search_actor
SELECT id, node, epoch, lane, n, occurred_at AS at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE actor_id = $1 AND occurred_at >= $2 AND occurred_at < $3 AND occurred_at <= $4 AND (occurred_at < $4 OR id < $5) AND (target_id = $6 OR $6 IS NULL) AND (customer_ref = $7 OR $7 IS NULL) AND (actor_id = $1 OR $1 IS NULL) AND (action = $8 OR $8 IS NULL) AND (outcome = $9 OR $9 IS NULL) AND (class = $10 OR $10 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $11 = 1) ORDER BY occurred_at DESC, id DESC FETCH FIRST $12 ROWS ONLY;

-- compliance.search_customer
SELECT id, node, epoch, lane, n, occurred_at AS at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE customer_ref = $1 AND occurred_at >= $2 AND occurred_at < $3 AND occurred_at <= $4 AND (occurred_at < $4 OR id < $5) AND (target_id = $6 OR $6 IS NULL) AND (customer_ref = $1 OR $1 IS NULL) AND (actor_id = $7 OR $7 IS NULL) AND (action = $8 OR $8 IS NULL) AND (outcome = $9 OR $9 IS NULL) AND (class = $10 OR $10 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $11 = 1) ORDER BY occurred_at DESC, id DESC FETCH FIRST $12 ROWS ONLY;

-- compliance.search_target
SELECT id, node, epoch, lane, n, occurred_at AS at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE target_id = $1 AND occurred_at >= $2 AND occurred_at < $3 AND occurred_at <= $4 AND (occurred_at < $4 OR id < $5) AND (target_id = $1 OR $1 IS NULL) AND (customer_ref = $6 OR $6 IS NULL) AND (actor_id = $7 OR $7 IS NULL) AND (action = $8 OR $8 IS NULL) AND (outcome = $9 OR $9 IS NULL) AND (class = $10 OR $10 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $11 = 1) ORDER BY occurred_at DESC, id DESC FETCH FIRST $12 ROWS ONLY;

-- compliance.search_time
SELECT id, node, epoch, lane, n, occurred_at AS at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE occurred_at >= $1 AND occurred_at < $2 AND occurred_at <= $3 AND (occurred_at < $3 OR id < $4) AND (target_id = $5 OR $5 IS NULL) AND (customer_ref = $6 OR $6 IS NULL) AND (actor_id = $7 OR $7 IS NULL) AND (action = $8 OR $8 IS NULL) AND (outcome = $9 OR $9 IS NULL) AND (class = $10 OR $10 IS NULL) AND (class IN ('administration', 'access', 'system', 'audit') OR $11 = 1) ORDER BY occurred_at DESC, id DESC FETCH FIRST $12 ROWS ONLY;

-- connector.by_id
SELECT id, name, module, config, tls, state, health, health_code, drift, shapes, checked_at, certificate_ends_at, created_by_id, created_at, version FROM connector WHERE id = $1;

-- connector.insert
INSERT INTO connector (id, name, module, config, tls, state, health, health_code, drift, shapes, checked_at, certificate_ends_at, created_by_id, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- connector.list
SELECT id, name, module, config, tls, state, health, health_code, drift, shapes, checked_at, certificate_ends_at, created_by_id, created_at, version FROM connector ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- connector.remove
DELETE FROM connector WHERE id = $1;

-- connector.set_health
UPDATE connector SET health = $1, health_code = $2, drift = $3, shapes = $4, checked_at = $5 WHERE id = $6;

-- connector.update
UPDATE connector SET name = $1, config = $2, tls = $3, state = $4, certificate_ends_at = $5, shapes = $6, version = $7 WHERE id = $8 AND version = $9;

-- connector_call.insert
INSERT INTO connector_call (id, connector_id, operation, purpose, outcome, code, reason, tries, took_ms, record_count, correlation_id, ticket_id, conversation_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- connector_call.page
SELECT id, connector_id, operation, purpose, outcome, code, reason, tries, took_ms, record_count, correlation_id, ticket_id, conversation_id, at FROM connector_call WHERE connector_id = $1 ORDER BY id desc FETCH FIRST $2 ROWS ONLY;

-- connector_call.page (next page)
SELECT id, connector_id, operation, purpose, outcome, code, reason, tries, took_ms, record_count, correlation_id, ticket_id, conversation_id, at FROM connector_call WHERE connector_id = $1 AND id < $2 ORDER BY id desc FETCH FIRST $3 ROWS ONLY;

-- connector_call.remove_all
DELETE FROM connector_call WHERE connector_id = $1;

-- connector_call.sweep
DELETE FROM connector_call WHERE at < $1;

-- connector_sample.count
SELECT COUNT(*) AS samples FROM connector_sample s WHERE s.connector_id = $1 AND s.operation = $2;

-- connector_sample.insert
INSERT INTO connector_sample (id, connector_id, operation, input_bix, document, at) VALUES ($1, $2, $3, $4, $5, $6);

-- connector_sample.latest
SELECT id, connector_id, operation, input_bix, document, at FROM connector_sample WHERE connector_id = $1 AND operation = $2 ORDER BY id desc FETCH FIRST $3 ROWS ONLY;

-- connector_sample.of_input
SELECT id, connector_id, operation, input_bix, document, at FROM connector_sample WHERE connector_id = $1 AND operation = $2 AND input_bix = $3;

-- connector_sample.oldest
SELECT id, connector_id, operation, input_bix, document, at FROM connector_sample WHERE connector_id = $1 AND operation = $2 ORDER BY id asc FETCH FIRST $3 ROWS ONLY;

-- connector_sample.remove
DELETE FROM connector_sample WHERE id = $1;

-- connector_sample.remove_all
DELETE FROM connector_sample WHERE connector_id = $1;

-- connector_sample.update
UPDATE connector_sample SET document = $1, at = $2 WHERE connector_id = $3 AND operation = $4 AND input_bix = $5;

-- connector_secret.insert
INSERT INTO connector_secret (id, connector_id, name, value_enc, old_enc, old_until_at, changed_by_id, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- connector_secret.list
SELECT id, connector_id, name, value_enc, old_enc, old_until_at, changed_by_id, changed_at FROM connector_secret WHERE connector_id = $1;

-- connector_secret.remove_all
DELETE FROM connector_secret WHERE connector_id = $1;

-- connector_secret.reseal
UPDATE connector_secret SET value_enc = $1, old_enc = $2 WHERE id = $3 AND value_enc IS NOT DISTINCT FROM CAST($4 AS bytea) AND old_enc IS NOT DISTINCT FROM CAST($5 AS bytea);

-- connector_secret.reseal (many rows)
UPDATE connector_secret SET value_enc = f.next0, old_enc = f.next1 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[])) AS f (id, next0, old0, next1, old1) WHERE connector_secret.id = f.id AND connector_secret.value_enc IS NOT DISTINCT FROM f.old0 AND connector_secret.old_enc IS NOT DISTINCT FROM f.old1;

-- connector_secret.sealed
SELECT id, value_enc, old_enc FROM connector_secret ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- connector_secret.sealed_next
SELECT id, value_enc, old_enc FROM connector_secret WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- connector_secret.update
UPDATE connector_secret SET value_enc = $1, old_enc = $2, old_until_at = $3, changed_by_id = $4, changed_at = $5 WHERE id = $6;

-- connector_write.by_id
SELECT id, connector_id, operation, purpose, actor_type, actor_id, requester_id, ticket_id, input_enc, state, is_sent, attempts, next_at, last_code, reference, created_at, done_at FROM connector_write WHERE id = $1;

-- connector_write.due
SELECT w.id FROM connector_write w WHERE w.state = 0 AND w.next_at <= $1 ORDER BY w.next_at, w.id FETCH FIRST $2 ROWS ONLY;

-- connector_write.insert
INSERT INTO connector_write (id, connector_id, operation, purpose, actor_type, actor_id, requester_id, ticket_id, input_enc, state, is_sent, attempts, next_at, last_code, reference, created_at, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- connector_write.of_ticket
SELECT id, connector_id, operation, purpose, actor_type, actor_id, requester_id, ticket_id, input_enc, state, is_sent, attempts, next_at, last_code, reference, created_at, done_at FROM connector_write WHERE ticket_id = $1 ORDER BY id desc FETCH FIRST $2 ROWS ONLY;

-- connector_write.remove_all
DELETE FROM connector_write WHERE connector_id = $1;

-- connector_write.reseal
UPDATE connector_write SET input_enc = $1 WHERE id = $2 AND input_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- connector_write.reseal (many rows)
UPDATE connector_write SET input_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE connector_write.id = f.id AND connector_write.input_enc IS NOT DISTINCT FROM f.old0;

-- connector_write.result
UPDATE connector_write SET state = $1, next_at = $2, last_code = $3, reference = $4, input_enc = $5, done_at = $6 WHERE id = $7 AND state = $8;

-- connector_write.sealed
SELECT id, input_enc FROM connector_write ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- connector_write.sealed_next
SELECT id, input_enc FROM connector_write WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- connector_write.set_sent
UPDATE connector_write SET is_sent = $1, attempts = $2 WHERE id = $3 AND state = $4;

-- connector_write.waiting
SELECT COUNT(*) AS writes FROM connector_write w WHERE w.connector_id = $1 AND w.state = 0;

-- conversation.any_of_unit
SELECT 1 AS found FROM conversation WHERE unit_id = $1 FETCH FIRST 1 ROWS ONLY;

-- conversation.by_id
SELECT id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version FROM conversation WHERE id = $1;

-- conversation.by_state
SELECT id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version FROM conversation WHERE state = $1 ORDER BY opened_at asc, id asc FETCH FIRST $2 ROWS ONLY;

-- conversation.case_page
SELECT c.id, c.state, c.opened_at, c.closed_at FROM conversation c WHERE c.requester_id = $1 AND c.opened_at <= $2 AND (c.opened_at < $2 OR c.id < $3) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $4 ROWS ONLY;

-- conversation.closed_due
SELECT c.id, c.requester_id, c.assignee_id, c.state, c.opened_at, c.last_seq, c.last_at, c.closed_at FROM conversation c WHERE c.closed_at < $1 AND c.closed_at >= $2 AND (c.closed_at > $2 OR c.id > $3) ORDER BY c.closed_at, c.id FETCH FIRST $4 ROWS ONLY;

-- conversation.count_closed
SELECT COUNT(*) AS records FROM conversation WHERE closed_at >= $1 AND closed_at < $2;

-- conversation.count_of_unit
SELECT COUNT(*) AS record_count FROM (SELECT x.id FROM conversation x WHERE x.unit_id = $1 FETCH FIRST $2 ROWS ONLY) y;

-- conversation.hand_over_unit
UPDATE conversation SET unit_id = $1 WHERE id IN (SELECT x.id FROM conversation x WHERE x.unit_id = $2 FETCH FIRST $3 ROWS ONLY);

-- conversation.insert
INSERT INTO conversation (id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23);

-- conversation.involved
SELECT DISTINCT m.conversation_id AS id, m.sender_id AS account_id FROM message m WHERE m.conversation_id = ANY($1) AND m.sender = 'agent' AND m.sender_id = ANY($2) UNION SELECT n.conversation_id, CAST(n.author_id AS VARCHAR(64)) FROM conversation_note n WHERE n.conversation_id = ANY($1) AND n.author_id = ANY($3);

-- conversation.item
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.id = $1;

-- conversation.last_of_requester
SELECT id, state FROM conversation WHERE requester_id = $1 AND site_id = $2 ORDER BY opened_at DESC, id DESC FETCH FIRST 1 ROWS ONLY;

-- conversation.left_due
SELECT c.id, c.requester_id, c.assignee_id, c.state, c.opened_at, c.last_seq, c.last_at, c.closed_at FROM conversation c WHERE c.state = 'robot' AND c.opened_at < $1 AND c.last_at < $1 AND c.opened_at >= $2 AND (c.opened_at > $2 OR c.id > $3) ORDER BY c.opened_at, c.id FETCH FIRST $4 ROWS ONLY;

-- conversation.list_all_any
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.state IN ('robot', 'queued', 'assigned') AND (c.assignee_id = $1 OR c.assignee_id IS NULL OR $1 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $2 AND s.unit_id = c.unit_id AND s.depth <= $3) AND c.opened_at <= $4 AND (c.opened_at < $4 OR c.id < $5) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $6 ROWS ONLY;

-- conversation.list_all_own
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE ((c.assignee_id = $1 AND c.state = 'assigned') OR (c.state = 'queued' AND (c.skill_group_id IS NULL OR c.skill_group_id = ANY($2)))) AND (c.assignee_id = $3 OR c.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = c.unit_id AND s.depth <= $5) AND c.opened_at <= $6 AND (c.opened_at < $6 OR c.id < $7) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $8 ROWS ONLY;

-- conversation.list_closed_any
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.opened_at <= $1 AND (c.opened_at < $1 OR c.id < $2) AND c.state = 'closed' ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $3 ROWS ONLY;

-- conversation.list_closed_any_narrow
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM (SELECT g.id FROM (SELECT s.unit_id, h.opened_at, h.id FROM unit_closure s CROSS JOIN LATERAL (SELECT c.opened_at, c.id FROM conversation c WHERE c.unit_id = s.unit_id AND c.opened_at <= $1 AND (c.opened_at < $1 OR c.id < $2) AND c.state = 'closed' ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST 1 ROWS ONLY) h WHERE s.ancestor_id = $3 ORDER BY h.opened_at DESC, h.id DESC FETCH FIRST $4 ROWS ONLY) u CROSS JOIN LATERAL (SELECT c.opened_at, c.id FROM conversation c WHERE c.unit_id = u.unit_id AND c.opened_at <= $1 AND (c.opened_at < $1 OR c.id < $2) AND c.state = 'closed' ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $4 ROWS ONLY) g ORDER BY g.opened_at DESC, g.id DESC FETCH FIRST $4 ROWS ONLY) f JOIN conversation c ON c.id = f.id JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq ORDER BY c.opened_at DESC, c.id DESC;

-- conversation.list_closed_any_unit
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.unit_id = $1 AND (c.assignee_id = $2 OR c.assignee_id IS NULL OR $2 IS NULL) AND c.opened_at <= $3 AND (c.opened_at < $3 OR c.id < $4) AND c.state = 'closed' ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $5 ROWS ONLY;

-- conversation.list_closed_any_wide
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM (SELECT p.id FROM (SELECT c.id, c.opened_at, c.unit_id FROM conversation c WHERE c.opened_at <= $1 AND (c.opened_at < $1 OR c.id < $2) AND c.state = 'closed' ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $3 ROWS ONLY) p CROSS JOIN LATERAL (SELECT s.depth FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = p.unit_id FETCH FIRST 1 ROWS ONLY) w ORDER BY p.opened_at DESC, p.id DESC FETCH FIRST $5 ROWS ONLY) f JOIN conversation c ON c.id = f.id JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq ORDER BY c.opened_at DESC, c.id DESC;

-- conversation.list_closed_own
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.assignee_id = $1 AND c.state = 'closed' AND (c.assignee_id = $2 OR c.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = c.unit_id AND s.depth <= $4) AND c.opened_at <= $5 AND (c.opened_at < $5 OR c.id < $6) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $7 ROWS ONLY;

-- conversation.list_mine_any
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.assignee_id = $1 AND c.state = 'assigned' AND (c.assignee_id = $2 OR c.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = c.unit_id AND s.depth <= $4) AND c.opened_at <= $5 AND (c.opened_at < $5 OR c.id < $6) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $7 ROWS ONLY;

-- conversation.list_mine_own
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.assignee_id = $1 AND c.state = 'assigned' AND (c.assignee_id = $2 OR c.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = c.unit_id AND s.depth <= $4) AND c.opened_at <= $5 AND (c.opened_at < $5 OR c.id < $6) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $7 ROWS ONLY;

-- conversation.list_queue_any
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.state = 'queued' AND (c.assignee_id = $1 OR c.assignee_id IS NULL OR $1 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $2 AND s.unit_id = c.unit_id AND s.depth <= $3) AND c.opened_at <= $4 AND (c.opened_at < $4 OR c.id < $5) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $6 ROWS ONLY;

-- conversation.list_queue_own
SELECT c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id, c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version, r.name_enc, r.is_identified, m.id AS message_id, m.body_enc, (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count FROM conversation c JOIN requester r ON r.id = c.requester_id LEFT JOIN message m ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq WHERE c.state = 'queued' AND (c.skill_group_id IS NULL OR c.skill_group_id = ANY($1)) AND (c.assignee_id = $2 OR c.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = c.unit_id AND s.depth <= $4) AND c.opened_at <= $5 AND (c.opened_at < $5 OR c.id < $6) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $7 ROWS ONLY;

-- conversation.lock_due
SELECT c.id FROM conversation c WHERE c.id = ANY($1) AND (c.closed_at < $2 OR (c.state = 'robot' AND c.last_at < $2)) AND NOT EXISTS (SELECT t.id FROM ticket t WHERE t.conversation_id = c.id) FOR UPDATE;

-- conversation.lock_figures
SELECT id, first_unit_id, state, opened_at, queued_at, assigned_at, first_response_at FROM conversation WHERE id = ANY($1) FOR UPDATE;

-- conversation.of_requesters
SELECT c.id, c.requester_id, c.assignee_id, c.state, c.opened_at, c.last_seq, c.last_at, c.closed_at FROM conversation c WHERE c.requester_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- conversation.open_count
SELECT COUNT(*) AS open_count FROM conversation WHERE requester_id = $1 AND state <> 'closed';

-- conversation.open_of_requester
SELECT COUNT(*) AS open_count FROM conversation WHERE requester_id = $1 AND state <> 'closed';

-- conversation.owned
SELECT id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version FROM conversation WHERE id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- conversation.owned_next
SELECT id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version FROM conversation WHERE id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- conversation.owned_whole
SELECT id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version FROM conversation WHERE id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- conversation.rating
SELECT score, comment_enc FROM conversation_rating WHERE conversation_id = $1;

-- conversation.read
UPDATE conversation SET agent_read_seq = $1 WHERE id = $2 AND agent_read_seq < $1;

-- conversation.remove_owned
DELETE FROM conversation WHERE id = ANY($1);

-- conversation.stands
SELECT id, last_seq FROM conversation WHERE id = ANY($1);

-- conversation.tickets
SELECT t.id FROM ticket t WHERE t.conversation_id = $1 AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4) ORDER BY t.id FETCH FIRST $5 ROWS ONLY;

-- conversation.within
SELECT x.id, x.requester_id, x.dek_id, x.site_id, x.unit_id, x.first_unit_id, x.channel, x.state, x.skill_group_id, x.assignee_id, x.opened_month, x.opened_at, x.last_seq, x.last_from, x.last_at, x.agent_read_seq, x.robot_misses, x.handover_reason, x.queued_at, x.assigned_at, x.first_response_at, x.closed_at, x.version FROM conversation x WHERE x.id = $1 AND (x.assignee_id = $2 OR x.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = x.unit_id AND s.depth <= $4);

-- conversation_mood.insert
INSERT INTO conversation_mood (conversation_id, unit_id, agent_id, first_mood, last_mood, lowest_mood, urgency, emotion, calmed, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- conversation_mood.known
SELECT conversation_id FROM conversation_mood WHERE conversation_id = $1;

-- conversation_mood.owned
SELECT conversation_id, unit_id, agent_id, first_mood, last_mood, lowest_mood, urgency, emotion, calmed, closed_at FROM conversation_mood WHERE conversation_id = ANY($1) ORDER BY conversation_id FETCH FIRST $2 ROWS ONLY;

-- conversation_mood.owned_next
SELECT conversation_id, unit_id, agent_id, first_mood, last_mood, lowest_mood, urgency, emotion, calmed, closed_at FROM conversation_mood WHERE conversation_id = ANY($1) AND conversation_id > $2 ORDER BY conversation_id FETCH FIRST $3 ROWS ONLY;

-- conversation_mood.owned_whole
SELECT conversation_id, unit_id, agent_id, first_mood, last_mood, lowest_mood, urgency, emotion, calmed, closed_at FROM conversation_mood WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- conversation_mood.remove_owned
DELETE FROM conversation_mood WHERE conversation_id = ANY($1);

-- conversation_note.insert
INSERT INTO conversation_note (id, conversation_id, author_id, body_enc, at) VALUES ($1, $2, $3, $4, $5);

-- conversation_note.owned
SELECT id, conversation_id, author_id, body_enc, at FROM conversation_note WHERE conversation_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- conversation_note.owned_next
SELECT id, conversation_id, author_id, body_enc, at FROM conversation_note WHERE conversation_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- conversation_note.owned_whole
SELECT id, conversation_id, author_id, body_enc, at FROM conversation_note WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- conversation_note.remove_owned
DELETE FROM conversation_note WHERE conversation_id = ANY($1);

-- conversation_note.reseal
UPDATE conversation_note SET body_enc = $1 WHERE id = $2 AND body_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- conversation_note.reseal (many rows)
UPDATE conversation_note SET body_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE conversation_note.id = f.id AND conversation_note.body_enc IS NOT DISTINCT FROM f.old0;

-- conversation_note.sealed
SELECT id, body_enc FROM conversation_note ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- conversation_note.sealed_next
SELECT id, body_enc FROM conversation_note WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- conversation_opinion.insert
INSERT INTO conversation_opinion (conversation_id, aspect, polarity, unit_id, agent_id, closed_at) VALUES ($1, $2, $3, $4, $5, $6);

-- conversation_opinion.owned
SELECT conversation_id, aspect, polarity, unit_id, agent_id, closed_at FROM conversation_opinion WHERE conversation_id = ANY($1) ORDER BY conversation_id, aspect FETCH FIRST $2 ROWS ONLY;

-- conversation_opinion.owned_next
SELECT conversation_id, aspect, polarity, unit_id, agent_id, closed_at FROM conversation_opinion WHERE conversation_id = ANY($1) AND conversation_id >= $2 AND (conversation_id > $2 OR (aspect > $3)) ORDER BY conversation_id, aspect FETCH FIRST $4 ROWS ONLY;

-- conversation_opinion.owned_whole
SELECT conversation_id, aspect, polarity, unit_id, agent_id, closed_at FROM conversation_opinion WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- conversation_opinion.remove_owned
DELETE FROM conversation_opinion WHERE conversation_id = ANY($1);

-- conversation_rating.figures
SELECT rating.score, c.opened_at, c.first_unit_id FROM conversation_rating rating JOIN conversation c ON c.id = rating.conversation_id WHERE rating.conversation_id = ANY($1);

-- conversation_rating.insert
INSERT INTO conversation_rating (conversation_id, score, comment_enc, at) VALUES ($1, $2, $3, $4);

-- conversation_rating.owned
SELECT conversation_id, score, comment_enc, at FROM conversation_rating WHERE conversation_id = ANY($1) ORDER BY conversation_id FETCH FIRST $2 ROWS ONLY;

-- conversation_rating.owned_next
SELECT conversation_id, score, comment_enc, at FROM conversation_rating WHERE conversation_id = ANY($1) AND conversation_id > $2 ORDER BY conversation_id FETCH FIRST $3 ROWS ONLY;

-- conversation_rating.owned_whole
SELECT conversation_id, score, comment_enc, at FROM conversation_rating WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- conversation_rating.remove_owned
DELETE FROM conversation_rating WHERE conversation_id = ANY($1);

-- conversation_rating.reseal
UPDATE conversation_rating SET comment_enc = $1 WHERE conversation_id = $2 AND comment_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- conversation_rating.reseal (many rows)
UPDATE conversation_rating SET comment_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (conversation_id, next0, old0) WHERE conversation_rating.conversation_id = f.conversation_id AND conversation_rating.comment_enc IS NOT DISTINCT FROM f.old0;

-- conversation_rating.sealed
SELECT conversation_id, comment_enc FROM conversation_rating ORDER BY conversation_id FETCH FIRST $1 ROWS ONLY;

-- conversation_rating.sealed_next
SELECT conversation_id, comment_enc FROM conversation_rating WHERE conversation_id > $1 ORDER BY conversation_id FETCH FIRST $2 ROWS ONLY;

-- copied_table.insert
INSERT INTO copied_table (name, copied_rows, digest, last_key, is_whole) VALUES ($1, $2, $3, $4, $5);

-- copied_table.list
SELECT name, copied_rows, digest, last_key, is_whole FROM copied_table ORDER BY name asc;

-- copied_table.move
UPDATE copied_table SET copied_rows = $1, digest = $2, last_key = $3, is_whole = $4 WHERE name = $5 AND copied_rows = $6 AND is_whole = $7;

-- copy.access_review.insert
INSERT INTO access_review (id, period, from_at, to_at, state, opened_at, due_at, closed_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS timestamp(3)[]), CAST($4 AS timestamp(3)[]), CAST($5 AS varchar[]), CAST($6 AS timestamp(3)[]), CAST($7 AS timestamp(3)[]), CAST($8 AS timestamp(3)[]), CAST($9 AS bigint[]));

-- copy.access_review.page
SELECT id, period, from_at, to_at, state, opened_at, due_at, closed_at, version FROM access_review ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.access_review.page (next page)
SELECT id, period, from_at, to_at, state, opened_at, due_at, closed_at, version FROM access_review WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.access_review_item.insert
INSERT INTO access_review_item (id, review_id, account_id, unit_id, roles, last_used_at, reveal_count, state, decided_by, decided_at, remark_enc, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS uuid[]), CAST($5 AS text[]), CAST($6 AS timestamp(3)[]), CAST($7 AS bigint[]), CAST($8 AS varchar[]), CAST($9 AS uuid[]), CAST($10 AS timestamp(3)[]), CAST($11 AS bytea[]), CAST($12 AS bigint[]));

-- copy.access_review_item.page
SELECT id, review_id, account_id, unit_id, roles, last_used_at, reveal_count, state, decided_by, decided_at, remark_enc, version FROM access_review_item ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.access_review_item.page (next page)
SELECT id, review_id, account_id, unit_id, roles, last_used_at, reveal_count, state, decided_by, decided_at, remark_enc, version FROM access_review_item WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.account.insert
INSERT INTO account (id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS timestamp(3)[]), CAST($8 AS smallint[]), CAST($9 AS bytea[]), CAST($10 AS bigint[]), CAST($11 AS bigint[]), CAST($12 AS timestamp(3)[]), CAST($13 AS varchar[]), CAST($14 AS uuid[]), CAST($15 AS uuid[]), CAST($16 AS timestamp(3)[]), CAST($17 AS timestamp(3)[]), CAST($18 AS bigint[]));

-- copy.account.page
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.account.page (next page)
SELECT id, username, display_name, state, locale, password_hash, password_changed_at, must_change_password, totp_enc, totp_last_step, failed_count, locked_until_at, pending_roles, pending_by_id, unit_id, created_at, last_sign_in_at, version FROM account WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.account_address.insert
INSERT INTO account_address (account_id, address_hash, succeeded_at, failed_count, locked_until_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS timestamp(3)[]), CAST($4 AS bigint[]), CAST($5 AS timestamp(3)[]));

-- copy.account_address.page
SELECT account_id, address_hash, succeeded_at, failed_count, locked_until_at FROM account_address ORDER BY account_id asc, address_hash asc FETCH FIRST $1 ROWS ONLY;

-- copy.account_address.page (next page)
SELECT account_id, address_hash, succeeded_at, failed_count, locked_until_at FROM account_address WHERE account_id >= $1 AND (account_id > $1 OR (address_hash > $2)) ORDER BY account_id asc, address_hash asc FETCH FIRST $3 ROWS ONLY;

-- copy.account_import.insert
INSERT INTO account_import (id, state, encoding, file_hash, new_count, changed_count, unchanged_count, faulty_count, faults, row_lines, waiting_ids, created_by_id, created_at, applied_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]), CAST($7 AS bigint[]), CAST($8 AS bigint[]), CAST($9 AS text[]), CAST($10 AS text[]), CAST($11 AS text[]), CAST($12 AS varchar[]), CAST($13 AS timestamp(3)[]), CAST($14 AS timestamp(3)[]), CAST($15 AS bigint[]));

-- copy.account_import.page
SELECT id, state, encoding, file_hash, new_count, changed_count, unchanged_count, faulty_count, faults, row_lines, waiting_ids, created_by_id, created_at, applied_at, version FROM account_import ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.account_import.page (next page)
SELECT id, state, encoding, file_hash, new_count, changed_count, unchanged_count, faulty_count, faults, row_lines, waiting_ids, created_by_id, created_at, applied_at, version FROM account_import WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.account_recovery_code.insert
INSERT INTO account_recovery_code (account_id, code_hash) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]));

-- copy.account_recovery_code.page
SELECT account_id, code_hash FROM account_recovery_code ORDER BY account_id asc, code_hash asc FETCH FIRST $1 ROWS ONLY;

-- copy.account_recovery_code.page (next page)
SELECT account_id, code_hash FROM account_recovery_code WHERE account_id >= $1 AND (account_id > $1 OR (code_hash > $2)) ORDER BY account_id asc, code_hash asc FETCH FIRST $3 ROWS ONLY;

-- copy.account_role.insert
INSERT INTO account_role (account_id, role, scope_kind, scope_unit_id) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS uuid[]));

-- copy.account_role.page
SELECT account_id, role, scope_kind, scope_unit_id FROM account_role ORDER BY account_id asc, role asc FETCH FIRST $1 ROWS ONLY;

-- copy.account_role.page (next page)
SELECT account_id, role, scope_kind, scope_unit_id FROM account_role WHERE account_id >= $1 AND (account_id > $1 OR (role > $2)) ORDER BY account_id asc, role asc FETCH FIRST $3 ROWS ONLY;

-- copy.account_session.insert
INSERT INTO account_session (id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS uuid[]), CAST($4 AS timestamp(3)[]), CAST($5 AS timestamp(3)[]), CAST($6 AS timestamp(3)[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS varchar[]), CAST($10 AS varchar[]), CAST($11 AS timestamp(3)[]));

-- copy.account_session.page
SELECT id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at FROM account_session ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.account_session.page (next page)
SELECT id, token_hash, account_id, created_at, last_seen_at, expires_at, idp_id, name_id, name_id_format, session_index, proven_at FROM account_session WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.address_block.insert
INSERT INTO address_block (id, address, reason, blocked_at, ends_at, released_by_id, released_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS timestamp(3)[]), CAST($5 AS timestamp(3)[]), CAST($6 AS varchar[]), CAST($7 AS timestamp(3)[]));

-- copy.address_block.page
SELECT id, address, reason, blocked_at, ends_at, released_by_id, released_at FROM address_block ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.address_block.page (next page)
SELECT id, address, reason, blocked_at, ends_at, released_by_id, released_at FROM address_block WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.api_token.insert
INSERT INTO api_token (id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS bytea[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS timestamp(3)[]), CAST($7 AS timestamp(3)[]), CAST($8 AS timestamp(3)[]), CAST($9 AS timestamp(3)[]), CAST($10 AS text[]), CAST($11 AS bigint[]), CAST($12 AS bytea[]), CAST($13 AS timestamp(3)[]));

-- copy.api_token.page
SELECT id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at FROM api_token ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.api_token.page (next page)
SELECT id, name, token_hash, scopes, created_by_id, created_at, expires_at, last_used_at, revoked_at, networks, per_second, old_token_hash, old_until_at FROM api_token WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.approval.insert
INSERT INTO approval (id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS text[]), CAST($4 AS varchar[]), CAST($5 AS text[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS timestamp(3)[]), CAST($10 AS timestamp(3)[]), CAST($11 AS varchar[]), CAST($12 AS timestamp(3)[]), CAST($13 AS varchar[]), CAST($14 AS bigint[]));

-- copy.approval.page
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.approval.page (next page)
SELECT id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, decided_by_id, decided_at, note, version FROM approval WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.archived_dek.insert
INSERT INTO archived_dek (dek_id, run_id) SELECT * FROM unnest(CAST($1 AS bigint[]), CAST($2 AS uuid[]));

-- copy.archived_dek.page
SELECT dek_id, run_id FROM archived_dek ORDER BY dek_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.archived_dek.page (next page)
SELECT dek_id, run_id FROM archived_dek WHERE dek_id > $1 ORDER BY dek_id asc FETCH FIRST $2 ROWS ONLY;

-- copy.article.insert
INSERT INTO article (id, locale, category, state, question, search_text, owner_id, published_version, draft_version, last_version, similar_count, valid_from, valid_to, updated_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS bigint[]), CAST($9 AS bigint[]), CAST($10 AS bigint[]), CAST($11 AS bigint[]), CAST($12 AS timestamp(3)[]), CAST($13 AS timestamp(3)[]), CAST($14 AS timestamp(3)[]), CAST($15 AS bigint[]));

-- copy.article.page
SELECT id, locale, category, state, question, search_text, owner_id, published_version, draft_version, last_version, similar_count, valid_from, valid_to, updated_at, version FROM article ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.article.page (next page)
SELECT id, locale, category, state, question, search_text, owner_id, published_version, draft_version, last_version, similar_count, valid_from, valid_to, updated_at, version FROM article WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.article_import.insert
INSERT INTO article_import (id, state, format, file_hash, row_count, done_count, new_count, changed_count, unchanged_count, conflict_count, faulty_count, applied_count, created_by_id, created_at, ended_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]), CAST($7 AS bigint[]), CAST($8 AS bigint[]), CAST($9 AS bigint[]), CAST($10 AS bigint[]), CAST($11 AS bigint[]), CAST($12 AS bigint[]), CAST($13 AS varchar[]), CAST($14 AS timestamp(3)[]), CAST($15 AS timestamp(3)[]), CAST($16 AS bigint[]));

-- copy.article_import.page
SELECT id, state, format, file_hash, row_count, done_count, new_count, changed_count, unchanged_count, conflict_count, faulty_count, applied_count, created_by_id, created_at, ended_at, version FROM article_import ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.article_import.page (next page)
SELECT id, state, format, file_hash, row_count, done_count, new_count, changed_count, unchanged_count, conflict_count, faulty_count, applied_count, created_by_id, created_at, ended_at, version FROM article_import WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.article_import_row.insert
INSERT INTO article_import_row (import_id, line, article_id, question, content, outcome, code, column_name, other_line, other_id) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS uuid[]), CAST($4 AS varchar[]), CAST($5 AS text[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS bigint[]), CAST($10 AS uuid[]));

-- copy.article_import_row.page
SELECT import_id, line, article_id, question, content, outcome, code, column_name, other_line, other_id FROM article_import_row ORDER BY import_id asc, line asc FETCH FIRST $1 ROWS ONLY;

-- copy.article_import_row.page (next page)
SELECT import_id, line, article_id, question, content, outcome, code, column_name, other_line, other_id FROM article_import_row WHERE import_id >= $1 AND (import_id > $1 OR (line > $2)) ORDER BY import_id asc, line asc FETCH FIRST $3 ROWS ONLY;

-- copy.article_version.insert
INSERT INTO article_version (article_id, version_no, state, category, question, answer, similar_texts, risk_level, valid_from, valid_to, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS text[]), CAST($7 AS text[]), CAST($8 AS varchar[]), CAST($9 AS timestamp(3)[]), CAST($10 AS timestamp(3)[]), CAST($11 AS varchar[]), CAST($12 AS varchar[]), CAST($13 AS bytea[]), CAST($14 AS timestamp(3)[]), CAST($15 AS varchar[]), CAST($16 AS timestamp(3)[]), CAST($17 AS varchar[]));

-- copy.article_version.page
SELECT article_id, version_no, state, category, question, answer, similar_texts, risk_level, valid_from, valid_to, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason FROM article_version ORDER BY article_id asc, version_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.article_version.page (next page)
SELECT article_id, version_no, state, category, question, answer, similar_texts, risk_level, valid_from, valid_to, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason FROM article_version WHERE article_id >= $1 AND (article_id > $1 OR (version_no > $2)) ORDER BY article_id asc, version_no asc FETCH FIRST $3 ROWS ONLY;

-- copy.article_wording.insert
INSERT INTO article_wording (locale, wording_key, article_id) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS uuid[]));

-- copy.article_wording.page
SELECT locale, wording_key, article_id FROM article_wording ORDER BY locale asc, wording_key asc FETCH FIRST $1 ROWS ONLY;

-- copy.article_wording.page (next page)
SELECT locale, wording_key, article_id FROM article_wording WHERE locale >= $1 AND (locale > $1 OR (wording_key > $2)) ORDER BY locale asc, wording_key asc FETCH FIRST $3 ROWS ONLY;

-- copy.assist_event.insert
INSERT INTO assist_event (id, conversation_id, article_id, agent_id, outcome, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS uuid[]), CAST($5 AS varchar[]), CAST($6 AS timestamp(3)[]));

-- copy.assist_event.page
SELECT id, conversation_id, article_id, agent_id, outcome, at FROM assist_event ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.assist_event.page (next page)
SELECT id, conversation_id, article_id, agent_id, outcome, at FROM assist_event WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_alert.insert
INSERT INTO audit_alert (id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS text[]), CAST($6 AS bigint[]), CAST($7 AS timestamp(3)[]), CAST($8 AS timestamp(3)[]), CAST($9 AS timestamp(3)[]), CAST($10 AS uuid[]), CAST($11 AS timestamp(3)[]), CAST($12 AS bytea[]), CAST($13 AS timestamp(3)[]), CAST($14 AS timestamp(3)[]), CAST($15 AS bigint[]));

-- copy.audit_alert.page
SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version FROM audit_alert ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_alert.page (next page)
SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at, remark_enc, escalated_at, expired_at, version FROM audit_alert WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_block.insert
INSERT INTO audit_block (block_no, entry_count, lane_ranges, first_at, last_at, end_seal_no, end_taken, is_done) SELECT * FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[]), CAST($3 AS text[]), CAST($4 AS timestamp(3)[]), CAST($5 AS timestamp(3)[]), CAST($6 AS bigint[]), CAST($7 AS bigint[]), CAST($8 AS smallint[]));

-- copy.audit_block.page
SELECT block_no, entry_count, lane_ranges, first_at, last_at, end_seal_no, end_taken, is_done FROM audit_block ORDER BY block_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_block.page (next page)
SELECT block_no, entry_count, lane_ranges, first_at, last_at, end_seal_no, end_taken, is_done FROM audit_block WHERE block_no > $1 ORDER BY block_no asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_check.insert
INSERT INTO audit_check (id, account_id, state, result, note, error_code, asked_at, ended_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS varchar[]), CAST($7 AS timestamp(3)[]), CAST($8 AS timestamp(3)[]), CAST($9 AS bigint[]));

-- copy.audit_check.page
SELECT id, account_id, state, result, note, error_code, asked_at, ended_at, version FROM audit_check ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_check.page (next page)
SELECT id, account_id, state, result, note, error_code, asked_at, ended_at, version FROM audit_check WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_epoch.insert
INSERT INTO audit_epoch (node, epoch, host, lane_count, started_at) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS bigint[]), CAST($5 AS timestamp(3)[]));

-- copy.audit_epoch.page
SELECT node, epoch, host, lane_count, started_at FROM audit_epoch ORDER BY node asc, epoch asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_epoch.page (next page)
SELECT node, epoch, host, lane_count, started_at FROM audit_epoch WHERE node >= $1 AND (node > $1 OR (epoch > $2)) ORDER BY node asc, epoch asc FETCH FIRST $3 ROWS ONLY;

-- copy.audit_event.insert
INSERT INTO audit_event (node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS bigint[]), CAST($5 AS uuid[]), CAST($6 AS timestamp(3)[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS varchar[]), CAST($10 AS varchar[]), CAST($11 AS varchar[]), CAST($12 AS varchar[]), CAST($13 AS varchar[]), CAST($14 AS varchar[]), CAST($15 AS text[]), CAST($16 AS bytea[]));

-- copy.audit_event.page
SELECT node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event ORDER BY node asc, epoch asc, lane asc, n asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_event.page (next page)
SELECT node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf FROM audit_event WHERE node >= $1 AND (node > $1 OR (epoch >= $2 AND (epoch > $2 OR (lane >= $3 AND (lane > $3 OR (n > $4)))))) ORDER BY node asc, epoch asc, lane asc, n asc FETCH FIRST $5 ROWS ONLY;

-- copy.audit_period.insert
INSERT INTO audit_period (entry_class, version, keep_days, changed_by, approved_by, changed_at) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS uuid[]), CAST($5 AS uuid[]), CAST($6 AS timestamp(3)[]));

-- copy.audit_period.page
SELECT entry_class, version, keep_days, changed_by, approved_by, changed_at FROM audit_period ORDER BY entry_class asc, version asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_period.page (next page)
SELECT entry_class, version, keep_days, changed_by, approved_by, changed_at FROM audit_period WHERE entry_class >= $1 AND (entry_class > $1 OR (version > $2)) ORDER BY entry_class asc, version asc FETCH FIRST $3 ROWS ONLY;

-- copy.audit_purge.insert
INSERT INTO audit_purge (purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, archive_name, archive_digest, requested_by, approved_by, until_at, decided_at) SELECT * FROM unnest(CAST($1 AS bigint[]), CAST($2 AS varchar[]), CAST($3 AS bigint[]), CAST($4 AS bigint[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]), CAST($7 AS bytea[]), CAST($8 AS bytea[]), CAST($9 AS varchar[]), CAST($10 AS bytea[]), CAST($11 AS varchar[]), CAST($12 AS varchar[]), CAST($13 AS timestamp(3)[]), CAST($14 AS timestamp(3)[]));

-- copy.audit_purge.page
SELECT purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, archive_name, archive_digest, requested_by, approved_by, until_at, decided_at FROM audit_purge ORDER BY purge_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_purge.page (next page)
SELECT purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, archive_name, archive_digest, requested_by, approved_by, until_at, decided_at FROM audit_purge WHERE purge_no > $1 ORDER BY purge_no asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_purge_chunk.insert
INSERT INTO audit_purge_chunk (id, purge_no, node, epoch, lane, from_n, to_n, until_at, seals_below) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS bigint[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]), CAST($7 AS bigint[]), CAST($8 AS timestamp(3)[]), CAST($9 AS bigint[]));

-- copy.audit_purge_chunk.page
SELECT id, purge_no, node, epoch, lane, from_n, to_n, until_at, seals_below FROM audit_purge_chunk ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_purge_chunk.page (next page)
SELECT id, purge_no, node, epoch, lane, from_n, to_n, until_at, seals_below FROM audit_purge_chunk WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_query.insert
INSERT INTO audit_query (id, account_id, name_enc, filter_enc, period, at_hour, format, lang, next_at, last_at, last_export_id, error_code, created_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS varchar[]), CAST($6 AS bigint[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS timestamp(3)[]), CAST($10 AS timestamp(3)[]), CAST($11 AS uuid[]), CAST($12 AS varchar[]), CAST($13 AS timestamp(3)[]), CAST($14 AS bigint[]));

-- copy.audit_query.page
SELECT id, account_id, name_enc, filter_enc, period, at_hour, format, lang, next_at, last_at, last_export_id, error_code, created_at, version FROM audit_query ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_query.page (next page)
SELECT id, account_id, name_enc, filter_enc, period, at_hour, format, lang, next_at, last_at, last_export_id, error_code, created_at, version FROM audit_query WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_seal.insert
INSERT INTO audit_seal (seal_no, tree_size, prev_size, root, frontier, statement, checkpoint, sealed_at) SELECT * FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS bytea[]), CAST($5 AS bytea[]), CAST($6 AS text[]), CAST($7 AS text[]), CAST($8 AS timestamp(3)[]));

-- copy.audit_seal.page
SELECT seal_no, tree_size, prev_size, root, frontier, statement, checkpoint, sealed_at FROM audit_seal ORDER BY seal_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_seal.page (next page)
SELECT seal_no, tree_size, prev_size, root, frontier, statement, checkpoint, sealed_at FROM audit_seal WHERE seal_no > $1 ORDER BY seal_no asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_tally.insert
INSERT INTO audit_tally (grain, start_at, action, outcome, class, entry_count) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS timestamp(3)[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS bigint[]));

-- copy.audit_tally.page
SELECT grain, start_at, action, outcome, class, entry_count FROM audit_tally ORDER BY grain asc, start_at asc, action asc, outcome asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_tally.page (next page)
SELECT grain, start_at, action, outcome, class, entry_count FROM audit_tally WHERE grain >= $1 AND (grain > $1 OR (start_at >= $2 AND (start_at > $2 OR (action >= $3 AND (action > $3 OR (outcome > $4)))))) ORDER BY grain asc, start_at asc, action asc, outcome asc FETCH FIRST $5 ROWS ONLY;

-- copy.audit_tally_actor.insert
INSERT INTO audit_tally_actor (start_at, actor_type, actor_id, class, outcome, entry_count) SELECT * FROM unnest(CAST($1 AS timestamp(3)[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS bigint[]));

-- copy.audit_tally_actor.page
SELECT start_at, actor_type, actor_id, class, outcome, entry_count FROM audit_tally_actor ORDER BY start_at asc, actor_type asc, actor_id asc, class asc, outcome asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_tally_actor.page (next page)
SELECT start_at, actor_type, actor_id, class, outcome, entry_count FROM audit_tally_actor WHERE start_at >= $1 AND (start_at > $1 OR (actor_type >= $2 AND (actor_type > $2 OR (actor_id >= $3 AND (actor_id > $3 OR (class >= $4 AND (class > $4 OR (outcome > $5)))))))) ORDER BY start_at asc, actor_type asc, actor_id asc, class asc, outcome asc FETCH FIRST $6 ROWS ONLY;

-- copy.audit_tally_place.clear
DELETE FROM audit_tally_place;

-- copy.audit_tally_place.insert
INSERT INTO audit_tally_place (name, seal_no, counted_to) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]), CAST($3 AS timestamp(3)[]));

-- copy.audit_tally_place.page
SELECT name, seal_no, counted_to FROM audit_tally_place ORDER BY name asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_tally_place.page (next page)
SELECT name, seal_no, counted_to FROM audit_tally_place WHERE name > $1 ORDER BY name asc FETCH FIRST $2 ROWS ONLY;

-- copy.audit_word.insert
INSERT INTO audit_word (word, block_no, places) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]), CAST($3 AS bytea[]));

-- copy.audit_word.page
SELECT word, block_no, places FROM audit_word ORDER BY word asc, block_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.audit_word.page (next page)
SELECT word, block_no, places FROM audit_word WHERE word >= $1 AND (word > $1 OR (block_no > $2)) ORDER BY word asc, block_no asc FETCH FIRST $3 ROWS ONLY;

-- copy.canned_response.insert
INSERT INTO canned_response (id, title, category, body, created_by, updated_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS text[]), CAST($5 AS uuid[]), CAST($6 AS timestamp(3)[]), CAST($7 AS bigint[]));

-- copy.canned_response.page
SELECT id, title, category, body, created_by, updated_at, version FROM canned_response ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.canned_response.page (next page)
SELECT id, title, category, body, created_by, updated_at, version FROM canned_response WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.case_file.insert
INSERT INTO case_file (id, requester_id, case_number_enc, authority_enc, reason_enc, from_at, to_at, is_unmasked, kept_days, state, asked_by, asked_at, first_by, first_at, second_by, second_at, file_id, size_bytes, digest_hex, error_code, ended_at, expires_at, download_count, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[]), CAST($6 AS timestamp(3)[]), CAST($7 AS timestamp(3)[]), CAST($8 AS smallint[]), CAST($9 AS bigint[]), CAST($10 AS varchar[]), CAST($11 AS uuid[]), CAST($12 AS timestamp(3)[]), CAST($13 AS uuid[]), CAST($14 AS timestamp(3)[]), CAST($15 AS uuid[]), CAST($16 AS timestamp(3)[]), CAST($17 AS uuid[]), CAST($18 AS bigint[]), CAST($19 AS varchar[]), CAST($20 AS varchar[]), CAST($21 AS timestamp(3)[]), CAST($22 AS timestamp(3)[]), CAST($23 AS bigint[]), CAST($24 AS bigint[]));

-- copy.case_file.page
SELECT id, requester_id, case_number_enc, authority_enc, reason_enc, from_at, to_at, is_unmasked, kept_days, state, asked_by, asked_at, first_by, first_at, second_by, second_at, file_id, size_bytes, digest_hex, error_code, ended_at, expires_at, download_count, version FROM case_file ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.case_file.page (next page)
SELECT id, requester_id, case_number_enc, authority_enc, reason_enc, from_at, to_at, is_unmasked, kept_days, state, asked_by, asked_at, first_by, first_at, second_by, second_at, file_id, size_bytes, digest_hex, error_code, ended_at, expires_at, download_count, version FROM case_file WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.connector.insert
INSERT INTO connector (id, name, module, config, tls, state, health, health_code, drift, shapes, checked_at, certificate_ends_at, created_by_id, created_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS text[]), CAST($10 AS text[]), CAST($11 AS timestamp(3)[]), CAST($12 AS timestamp(3)[]), CAST($13 AS varchar[]), CAST($14 AS timestamp(3)[]), CAST($15 AS bigint[]));

-- copy.connector.page
SELECT id, name, module, config, tls, state, health, health_code, drift, shapes, checked_at, certificate_ends_at, created_by_id, created_at, version FROM connector ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.connector.page (next page)
SELECT id, name, module, config, tls, state, health, health_code, drift, shapes, checked_at, certificate_ends_at, created_by_id, created_at, version FROM connector WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.connector_call.insert
INSERT INTO connector_call (id, connector_id, operation, purpose, outcome, code, reason, tries, took_ms, record_count, correlation_id, ticket_id, conversation_id, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS bigint[]), CAST($9 AS bigint[]), CAST($10 AS bigint[]), CAST($11 AS uuid[]), CAST($12 AS uuid[]), CAST($13 AS uuid[]), CAST($14 AS timestamp(3)[]));

-- copy.connector_call.page
SELECT id, connector_id, operation, purpose, outcome, code, reason, tries, took_ms, record_count, correlation_id, ticket_id, conversation_id, at FROM connector_call ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.connector_call.page (next page)
SELECT id, connector_id, operation, purpose, outcome, code, reason, tries, took_ms, record_count, correlation_id, ticket_id, conversation_id, at FROM connector_call WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.connector_sample.insert
INSERT INTO connector_sample (id, connector_id, operation, input_bix, document, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS bytea[]), CAST($5 AS text[]), CAST($6 AS timestamp(3)[]));

-- copy.connector_sample.page
SELECT id, connector_id, operation, input_bix, document, at FROM connector_sample ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.connector_sample.page (next page)
SELECT id, connector_id, operation, input_bix, document, at FROM connector_sample WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.connector_secret.insert
INSERT INTO connector_secret (id, connector_id, name, value_enc, old_enc, old_until_at, changed_by_id, changed_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS bytea[]), CAST($5 AS bytea[]), CAST($6 AS timestamp(3)[]), CAST($7 AS varchar[]), CAST($8 AS timestamp(3)[]));

-- copy.connector_secret.page
SELECT id, connector_id, name, value_enc, old_enc, old_until_at, changed_by_id, changed_at FROM connector_secret ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.connector_secret.page (next page)
SELECT id, connector_id, name, value_enc, old_enc, old_until_at, changed_by_id, changed_at FROM connector_secret WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.connector_write.insert
INSERT INTO connector_write (id, connector_id, operation, purpose, actor_type, actor_id, requester_id, ticket_id, input_enc, state, is_sent, attempts, next_at, last_code, reference, created_at, done_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS uuid[]), CAST($8 AS uuid[]), CAST($9 AS bytea[]), CAST($10 AS bigint[]), CAST($11 AS smallint[]), CAST($12 AS bigint[]), CAST($13 AS timestamp(3)[]), CAST($14 AS varchar[]), CAST($15 AS varchar[]), CAST($16 AS timestamp(3)[]), CAST($17 AS timestamp(3)[]));

-- copy.connector_write.page
SELECT id, connector_id, operation, purpose, actor_type, actor_id, requester_id, ticket_id, input_enc, state, is_sent, attempts, next_at, last_code, reference, created_at, done_at FROM connector_write ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.connector_write.page (next page)
SELECT id, connector_id, operation, purpose, actor_type, actor_id, requester_id, ticket_id, input_enc, state, is_sent, attempts, next_at, last_code, reference, created_at, done_at FROM connector_write WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.conversation.insert
INSERT INTO conversation (id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS bigint[]), CAST($4 AS varchar[]), CAST($5 AS uuid[]), CAST($6 AS uuid[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS uuid[]), CAST($10 AS uuid[]), CAST($11 AS bigint[]), CAST($12 AS timestamp(3)[]), CAST($13 AS bigint[]), CAST($14 AS varchar[]), CAST($15 AS timestamp(3)[]), CAST($16 AS bigint[]), CAST($17 AS bigint[]), CAST($18 AS varchar[]), CAST($19 AS timestamp(3)[]), CAST($20 AS timestamp(3)[]), CAST($21 AS timestamp(3)[]), CAST($22 AS timestamp(3)[]), CAST($23 AS bigint[]));

-- copy.conversation.page
SELECT id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version FROM conversation ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.conversation.page (next page)
SELECT id, requester_id, dek_id, site_id, unit_id, first_unit_id, channel, state, skill_group_id, assignee_id, opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version FROM conversation WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.conversation_mood.insert
INSERT INTO conversation_mood (conversation_id, unit_id, agent_id, first_mood, last_mood, lowest_mood, urgency, emotion, calmed, closed_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS bigint[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]), CAST($7 AS bigint[]), CAST($8 AS varchar[]), CAST($9 AS smallint[]), CAST($10 AS timestamp(3)[]));

-- copy.conversation_mood.page
SELECT conversation_id, unit_id, agent_id, first_mood, last_mood, lowest_mood, urgency, emotion, calmed, closed_at FROM conversation_mood ORDER BY conversation_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.conversation_mood.page (next page)
SELECT conversation_id, unit_id, agent_id, first_mood, last_mood, lowest_mood, urgency, emotion, calmed, closed_at FROM conversation_mood WHERE conversation_id > $1 ORDER BY conversation_id asc FETCH FIRST $2 ROWS ONLY;

-- copy.conversation_note.insert
INSERT INTO conversation_note (id, conversation_id, author_id, body_enc, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS bytea[]), CAST($5 AS timestamp(3)[]));

-- copy.conversation_note.page
SELECT id, conversation_id, author_id, body_enc, at FROM conversation_note ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.conversation_note.page (next page)
SELECT id, conversation_id, author_id, body_enc, at FROM conversation_note WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.conversation_opinion.insert
INSERT INTO conversation_opinion (conversation_id, aspect, polarity, unit_id, agent_id, closed_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS bigint[]), CAST($4 AS uuid[]), CAST($5 AS uuid[]), CAST($6 AS timestamp(3)[]));

-- copy.conversation_opinion.page
SELECT conversation_id, aspect, polarity, unit_id, agent_id, closed_at FROM conversation_opinion ORDER BY conversation_id asc, aspect asc FETCH FIRST $1 ROWS ONLY;

-- copy.conversation_opinion.page (next page)
SELECT conversation_id, aspect, polarity, unit_id, agent_id, closed_at FROM conversation_opinion WHERE conversation_id >= $1 AND (conversation_id > $1 OR (aspect > $2)) ORDER BY conversation_id asc, aspect asc FETCH FIRST $3 ROWS ONLY;

-- copy.conversation_rating.insert
INSERT INTO conversation_rating (conversation_id, score, comment_enc, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS bytea[]), CAST($4 AS timestamp(3)[]));

-- copy.conversation_rating.page
SELECT conversation_id, score, comment_enc, at FROM conversation_rating ORDER BY conversation_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.conversation_rating.page (next page)
SELECT conversation_id, score, comment_enc, at FROM conversation_rating WHERE conversation_id > $1 ORDER BY conversation_id asc FETCH FIRST $2 ROWS ONLY;

-- copy.count_1
SELECT 'access_review' AS table_name, COUNT(*) AS entry_count FROM access_review UNION ALL SELECT 'access_review_item' AS table_name, COUNT(*) AS entry_count FROM access_review_item UNION ALL SELECT 'org_unit' AS table_name, COUNT(*) AS entry_count FROM org_unit UNION ALL SELECT 'account' AS table_name, COUNT(*) AS entry_count FROM account UNION ALL SELECT 'account_address' AS table_name, COUNT(*) AS entry_count FROM account_address UNION ALL SELECT 'account_import' AS table_name, COUNT(*) AS entry_count FROM account_import UNION ALL SELECT 'account_recovery_code' AS table_name, COUNT(*) AS entry_count FROM account_recovery_code UNION ALL SELECT 'account_role' AS table_name, COUNT(*) AS entry_count FROM account_role UNION ALL SELECT 'account_session' AS table_name, COUNT(*) AS entry_count FROM account_session UNION ALL SELECT 'address_block' AS table_name, COUNT(*) AS entry_count FROM address_block UNION ALL SELECT 'api_token' AS table_name, COUNT(*) AS entry_count FROM api_token UNION ALL SELECT 'approval' AS table_name, COUNT(*) AS entry_count FROM approval UNION ALL SELECT 'archived_dek' AS table_name, COUNT(*) AS entry_count FROM archived_dek UNION ALL SELECT 'article' AS table_name, COUNT(*) AS entry_count FROM article UNION ALL SELECT 'article_import' AS table_name, COUNT(*) AS entry_count FROM article_import UNION ALL SELECT 'article_import_row' AS table_name, COUNT(*) AS entry_count FROM article_import_row UNION ALL SELECT 'article_version' AS table_name, COUNT(*) AS entry_count FROM article_version UNION ALL SELECT 'article_wording' AS table_name, COUNT(*) AS entry_count FROM article_wording UNION ALL SELECT 'assist_event' AS table_name, COUNT(*) AS entry_count FROM assist_event UNION ALL SELECT 'audit_alert' AS table_name, COUNT(*) AS entry_count FROM audit_alert UNION ALL SELECT 'audit_block' AS table_name, COUNT(*) AS entry_count FROM audit_block UNION ALL SELECT 'audit_check' AS table_name, COUNT(*) AS entry_count FROM audit_check UNION ALL SELECT 'audit_epoch' AS table_name, COUNT(*) AS entry_count FROM audit_epoch UNION ALL SELECT 'audit_event' AS table_name, COUNT(*) AS entry_count FROM audit_event UNION ALL SELECT 'audit_period' AS table_name, COUNT(*) AS entry_count FROM audit_period UNION ALL SELECT 'audit_purge' AS table_name, COUNT(*) AS entry_count FROM audit_purge UNION ALL SELECT 'audit_purge_chunk' AS table_name, COUNT(*) AS entry_count FROM audit_purge_chunk UNION ALL SELECT 'audit_query' AS table_name, COUNT(*) AS entry_count FROM audit_query UNION ALL SELECT 'audit_seal' AS table_name, COUNT(*) AS entry_count FROM audit_seal UNION ALL SELECT 'audit_tally' AS table_name, COUNT(*) AS entry_count FROM audit_tally;

-- copy.count_2
SELECT 'audit_tally_actor' AS table_name, COUNT(*) AS entry_count FROM audit_tally_actor UNION ALL SELECT 'audit_tally_place' AS table_name, COUNT(*) AS entry_count FROM audit_tally_place UNION ALL SELECT 'audit_word' AS table_name, COUNT(*) AS entry_count FROM audit_word UNION ALL SELECT 'canned_response' AS table_name, COUNT(*) AS entry_count FROM canned_response UNION ALL SELECT 'case_file' AS table_name, COUNT(*) AS entry_count FROM case_file UNION ALL SELECT 'connector' AS table_name, COUNT(*) AS entry_count FROM connector UNION ALL SELECT 'connector_call' AS table_name, COUNT(*) AS entry_count FROM connector_call UNION ALL SELECT 'connector_sample' AS table_name, COUNT(*) AS entry_count FROM connector_sample UNION ALL SELECT 'connector_secret' AS table_name, COUNT(*) AS entry_count FROM connector_secret UNION ALL SELECT 'connector_write' AS table_name, COUNT(*) AS entry_count FROM connector_write UNION ALL SELECT 'conversation' AS table_name, COUNT(*) AS entry_count FROM conversation UNION ALL SELECT 'conversation_mood' AS table_name, COUNT(*) AS entry_count FROM conversation_mood UNION ALL SELECT 'conversation_note' AS table_name, COUNT(*) AS entry_count FROM conversation_note UNION ALL SELECT 'conversation_opinion' AS table_name, COUNT(*) AS entry_count FROM conversation_opinion UNION ALL SELECT 'conversation_rating' AS table_name, COUNT(*) AS entry_count FROM conversation_rating UNION ALL SELECT 'crypto_dek' AS table_name, COUNT(*) AS entry_count FROM crypto_dek UNION ALL SELECT 'custom_record' AS table_name, COUNT(*) AS entry_count FROM custom_record UNION ALL SELECT 'custom_role' AS table_name, COUNT(*) AS entry_count FROM custom_role UNION ALL SELECT 'custom_value' AS table_name, COUNT(*) AS entry_count FROM custom_value UNION ALL SELECT 'outbox_event' AS table_name, COUNT(*) AS entry_count FROM outbox_event UNION ALL SELECT 'dead_letter' AS table_name, COUNT(*) AS entry_count FROM dead_letter UNION ALL SELECT 'egress_rule' AS table_name, COUNT(*) AS entry_count FROM egress_rule UNION ALL SELECT 'erasure' AS table_name, COUNT(*) AS entry_count FROM erasure UNION ALL SELECT 'erasure_ack' AS table_name, COUNT(*) AS entry_count FROM erasure_ack UNION ALL SELECT 'score_card' AS table_name, COUNT(*) AS entry_count FROM score_card UNION ALL SELECT 'evaluation' AS table_name, COUNT(*) AS entry_count FROM evaluation UNION ALL SELECT 'evaluation_criterion' AS table_name, COUNT(*) AS entry_count FROM evaluation_criterion UNION ALL SELECT 'export_request' AS table_name, COUNT(*) AS entry_count FROM export_request UNION ALL SELECT 'export_part' AS table_name, COUNT(*) AS entry_count FROM export_part UNION ALL SELECT 'figure_count' AS table_name, COUNT(*) AS entry_count FROM figure_count;

-- copy.count_3
SELECT 'flow' AS table_name, COUNT(*) AS entry_count FROM flow UNION ALL SELECT 'flow_end' AS table_name, COUNT(*) AS entry_count FROM flow_end UNION ALL SELECT 'flow_run' AS table_name, COUNT(*) AS entry_count FROM flow_run UNION ALL SELECT 'flow_version' AS table_name, COUNT(*) AS entry_count FROM flow_version UNION ALL SELECT 'id_block' AS table_name, COUNT(*) AS entry_count FROM id_block UNION ALL SELECT 'idempotency_record' AS table_name, COUNT(*) AS entry_count FROM idempotency_record UNION ALL SELECT 'installation' AS table_name, COUNT(*) AS entry_count FROM installation UNION ALL SELECT 'job' AS table_name, COUNT(*) AS entry_count FROM job UNION ALL SELECT 'job_schedule' AS table_name, COUNT(*) AS entry_count FROM job_schedule UNION ALL SELECT 'learning_batch' AS table_name, COUNT(*) AS entry_count FROM learning_batch UNION ALL SELECT 'learning_proposal' AS table_name, COUNT(*) AS entry_count FROM learning_proposal UNION ALL SELECT 'learning_member' AS table_name, COUNT(*) AS entry_count FROM learning_member UNION ALL SELECT 'legal_hold' AS table_name, COUNT(*) AS entry_count FROM legal_hold UNION ALL SELECT 'message' AS table_name, COUNT(*) AS entry_count FROM message UNION ALL SELECT 'notice' AS table_name, COUNT(*) AS entry_count FROM notice UNION ALL SELECT 'notify_channel' AS table_name, COUNT(*) AS entry_count FROM notify_channel UNION ALL SELECT 'notice_delivery' AS table_name, COUNT(*) AS entry_count FROM notice_delivery UNION ALL SELECT 'notice_post' AS table_name, COUNT(*) AS entry_count FROM notice_post UNION ALL SELECT 'org_tree' AS table_name, COUNT(*) AS entry_count FROM org_tree UNION ALL SELECT 'password_history' AS table_name, COUNT(*) AS entry_count FROM password_history UNION ALL SELECT 'regression_case' AS table_name, COUNT(*) AS entry_count FROM regression_case UNION ALL SELECT 'regression_run' AS table_name, COUNT(*) AS entry_count FROM regression_run UNION ALL SELECT 'requester' AS table_name, COUNT(*) AS entry_count FROM requester UNION ALL SELECT 'requester_reveal' AS table_name, COUNT(*) AS entry_count FROM requester_reveal UNION ALL SELECT 'retention_rule' AS table_name, COUNT(*) AS entry_count FROM retention_rule UNION ALL SELECT 'robot_model' AS table_name, COUNT(*) AS entry_count FROM robot_model UNION ALL SELECT 'robot_turn' AS table_name, COUNT(*) AS entry_count FROM robot_turn UNION ALL SELECT 'role_grant' AS table_name, COUNT(*) AS entry_count FROM role_grant UNION ALL SELECT 'scim_group' AS table_name, COUNT(*) AS entry_count FROM scim_group UNION ALL SELECT 'scim_user' AS table_name, COUNT(*) AS entry_count FROM scim_user;

-- copy.count_4
SELECT 'scim_group_member' AS table_name, COUNT(*) AS entry_count FROM scim_group_member UNION ALL SELECT 'setting_section' AS table_name, COUNT(*) AS entry_count FROM setting_section UNION ALL SELECT 'setting_version' AS table_name, COUNT(*) AS entry_count FROM setting_version UNION ALL SELECT 'setup_code' AS table_name, COUNT(*) AS entry_count FROM setup_code UNION ALL SELECT 'site' AS table_name, COUNT(*) AS entry_count FROM site UNION ALL SELECT 'skill_group' AS table_name, COUNT(*) AS entry_count FROM skill_group UNION ALL SELECT 'skill_group_member' AS table_name, COUNT(*) AS entry_count FROM skill_group_member UNION ALL SELECT 'sso_identity' AS table_name, COUNT(*) AS entry_count FROM sso_identity UNION ALL SELECT 'sso_idp' AS table_name, COUNT(*) AS entry_count FROM sso_idp UNION ALL SELECT 'sso_idp_certificate' AS table_name, COUNT(*) AS entry_count FROM sso_idp_certificate UNION ALL SELECT 'sso_request' AS table_name, COUNT(*) AS entry_count FROM sso_request UNION ALL SELECT 'sso_sp_key' AS table_name, COUNT(*) AS entry_count FROM sso_sp_key UNION ALL SELECT 'sso_used_id' AS table_name, COUNT(*) AS entry_count FROM sso_used_id UNION ALL SELECT 'staff_token' AS table_name, COUNT(*) AS entry_count FROM staff_token UNION ALL SELECT 'stored_file' AS table_name, COUNT(*) AS entry_count FROM stored_file UNION ALL SELECT 'stored_file_chunk' AS table_name, COUNT(*) AS entry_count FROM stored_file_chunk UNION ALL SELECT 'sweep_run' AS table_name, COUNT(*) AS entry_count FROM sweep_run UNION ALL SELECT 'sweep_chunk' AS table_name, COUNT(*) AS entry_count FROM sweep_chunk UNION ALL SELECT 'sweep_guard' AS table_name, COUNT(*) AS entry_count FROM sweep_guard UNION ALL SELECT 'ticket' AS table_name, COUNT(*) AS entry_count FROM ticket UNION ALL SELECT 'ticket_comment' AS table_name, COUNT(*) AS entry_count FROM ticket_comment UNION ALL SELECT 'ticket_event' AS table_name, COUNT(*) AS entry_count FROM ticket_event UNION ALL SELECT 'unit_closure' AS table_name, COUNT(*) AS entry_count FROM unit_closure UNION ALL SELECT 'visitor_session' AS table_name, COUNT(*) AS entry_count FROM visitor_session UNION ALL SELECT 'webhook' AS table_name, COUNT(*) AS entry_count FROM webhook UNION ALL SELECT 'webhook_delivery' AS table_name, COUNT(*) AS entry_count FROM webhook_delivery UNION ALL SELECT 'witness_head' AS table_name, COUNT(*) AS entry_count FROM witness_head UNION ALL SELECT 'witness_refusal' AS table_name, COUNT(*) AS entry_count FROM witness_refusal UNION ALL SELECT 'ticket_token' AS table_name, COUNT(DISTINCT ticket_id) AS entry_count FROM ticket_token UNION ALL SELECT 'requester_token' AS table_name, COUNT(DISTINCT requester_id) AS entry_count FROM requester_token;

-- copy.count_5
SELECT 'custom_value_token' AS table_name, COUNT(DISTINCT value_id) AS entry_count FROM custom_value_token;

-- copy.crypto_dek.insert
INSERT INTO crypto_dek (id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes) SELECT * FROM unnest(CAST($1 AS bigint[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS bigint[]), CAST($6 AS varchar[]), CAST($7 AS bytea[]), CAST($8 AS timestamp(3)[]), CAST($9 AS bigint[]));

-- copy.crypto_dek.page
SELECT id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes FROM crypto_dek ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.crypto_dek.page (next page)
SELECT id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes FROM crypto_dek WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.custom_record.insert
INSERT INTO custom_record (record_type, record_id, version) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS uuid[]), CAST($3 AS bigint[]));

-- copy.custom_record.page
SELECT record_type, record_id, version FROM custom_record ORDER BY record_type asc, record_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.custom_record.page (next page)
SELECT record_type, record_id, version FROM custom_record WHERE record_type >= $1 AND (record_type > $1 OR (record_id > $2)) ORDER BY record_type asc, record_id asc FETCH FIRST $3 ROWS ONLY;

-- copy.custom_role.insert
INSERT INTO custom_role (id, name_zh, name_en, name_key, nature, takes_work, permissions, state, created_at, version) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS smallint[]), CAST($7 AS text[]), CAST($8 AS varchar[]), CAST($9 AS timestamp(3)[]), CAST($10 AS bigint[]));

-- copy.custom_role.page
SELECT id, name_zh, name_en, name_key, nature, takes_work, permissions, state, created_at, version FROM custom_role ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.custom_role.page (next page)
SELECT id, name_zh, name_en, name_key, nature, takes_work, permissions, state, created_at, version FROM custom_role WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.custom_value.insert
INSERT INTO custom_value (id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS uuid[]), CAST($4 AS varchar[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]), CAST($7 AS varchar[]), CAST($8 AS bytea[]), CAST($9 AS bytea[]), CAST($10 AS bytea[]), CAST($11 AS bytea[]), CAST($12 AS bigint[]));

-- copy.custom_value.page
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.custom_value.page (next page)
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.custom_value_token.insert
INSERT INTO custom_value_token (value_id, tokens) SELECT x.a, CAST(x.b AS bigint[]) FROM unnest(CAST($1 AS uuid[]), CAST($2 AS text[])) AS x (a, b);

-- copy.custom_value_token.page
SELECT value_id AS owner_id, array_to_string(tokens, ',') AS token_text FROM custom_value_token WHERE value_id > $1 ORDER BY value_id FETCH FIRST $2 ROWS ONLY;

-- copy.dead_letter.insert
INSERT INTO dead_letter (id, event_id, handler, at, error_code, attempts) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS timestamp(3)[]), CAST($5 AS varchar[]), CAST($6 AS bigint[]));

-- copy.dead_letter.page
SELECT id, event_id, handler, at, error_code, attempts FROM dead_letter ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.dead_letter.page (next page)
SELECT id, event_id, handler, at, error_code, attempts FROM dead_letter WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.egress_rule.insert
INSERT INTO egress_rule (id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS bigint[]), CAST($6 AS text[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS varchar[]), CAST($10 AS timestamp(3)[]), CAST($11 AS varchar[]), CAST($12 AS timestamp(3)[]), CAST($13 AS bigint[]));

-- copy.egress_rule.page
SELECT id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version FROM egress_rule ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.egress_rule.page (next page)
SELECT id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version FROM egress_rule WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.erasure.insert
INSERT INTO erasure (id, requester_id, state, asked_by_id, approved_by_id, started_at, finished_at, report) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS timestamp(3)[]), CAST($7 AS timestamp(3)[]), CAST($8 AS text[]));

-- copy.erasure.page
SELECT id, requester_id, state, asked_by_id, approved_by_id, started_at, finished_at, report FROM erasure ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.erasure.page (next page)
SELECT id, requester_id, state, asked_by_id, approved_by_id, started_at, finished_at, report FROM erasure WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.erasure_ack.insert
INSERT INTO erasure_ack (erasure_id, node_id, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS timestamp(3)[]));

-- copy.erasure_ack.page
SELECT erasure_id, node_id, at FROM erasure_ack ORDER BY erasure_id asc, node_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.erasure_ack.page (next page)
SELECT erasure_id, node_id, at FROM erasure_ack WHERE erasure_id >= $1 AND (erasure_id > $1 OR (node_id > $2)) ORDER BY erasure_id asc, node_id asc FETCH FIRST $3 ROWS ONLY;

-- copy.evaluation.insert
INSERT INTO evaluation (id, conversation_id, agent_id, unit_id, score_card_id, score_card_version, score, state, is_fatal, findings_count, evaluated_at, rescored_by, rescored_at, reason_enc, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS uuid[]), CAST($5 AS uuid[]), CAST($6 AS bigint[]), CAST($7 AS bigint[]), CAST($8 AS varchar[]), CAST($9 AS smallint[]), CAST($10 AS bigint[]), CAST($11 AS timestamp(3)[]), CAST($12 AS uuid[]), CAST($13 AS timestamp(3)[]), CAST($14 AS bytea[]), CAST($15 AS bigint[]));

-- copy.evaluation.page
SELECT id, conversation_id, agent_id, unit_id, score_card_id, score_card_version, score, state, is_fatal, findings_count, evaluated_at, rescored_by, rescored_at, reason_enc, version FROM evaluation ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.evaluation.page (next page)
SELECT id, conversation_id, agent_id, unit_id, score_card_id, score_card_version, score, state, is_fatal, findings_count, evaluated_at, rescored_by, rescored_at, reason_enc, version FROM evaluation WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.evaluation_criterion.insert
INSERT INTO evaluation_criterion (evaluation_id, criterion_id, points, is_met, evidence, remark_enc) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS bigint[]), CAST($4 AS smallint[]), CAST($5 AS text[]), CAST($6 AS bytea[]));

-- copy.evaluation_criterion.page
SELECT evaluation_id, criterion_id, points, is_met, evidence, remark_enc FROM evaluation_criterion ORDER BY evaluation_id asc, criterion_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.evaluation_criterion.page (next page)
SELECT evaluation_id, criterion_id, points, is_met, evidence, remark_enc FROM evaluation_criterion WHERE evaluation_id >= $1 AND (evaluation_id > $1 OR (criterion_id > $2)) ORDER BY evaluation_id asc, criterion_id asc FETCH FIRST $3 ROWS ONLY;

-- copy.export_part.insert
INSERT INTO export_part (export_id, part_no, row_count, rows_enc) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS bytea[]));

-- copy.export_part.page
SELECT export_id, part_no, row_count, rows_enc FROM export_part ORDER BY export_id asc, part_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.export_part.page (next page)
SELECT export_id, part_no, row_count, rows_enc FROM export_part WHERE export_id >= $1 AND (export_id > $1 OR (part_no > $2)) ORDER BY export_id asc, part_no asc FETCH FIRST $3 ROWS ONLY;

-- copy.export_request.insert
INSERT INTO export_request (id, kind, format, lang, offset_minutes, account_id, column_keys, params_enc, is_unmasked, state, job_id, file_id, cursor_text, part_count, row_count, is_collected, size_bytes, error_code, asked_at, ended_at, expires_at, download_count, version, read_scopes, digest_hex) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS bigint[]), CAST($6 AS uuid[]), CAST($7 AS text[]), CAST($8 AS bytea[]), CAST($9 AS smallint[]), CAST($10 AS varchar[]), CAST($11 AS uuid[]), CAST($12 AS uuid[]), CAST($13 AS varchar[]), CAST($14 AS bigint[]), CAST($15 AS bigint[]), CAST($16 AS smallint[]), CAST($17 AS bigint[]), CAST($18 AS varchar[]), CAST($19 AS timestamp(3)[]), CAST($20 AS timestamp(3)[]), CAST($21 AS timestamp(3)[]), CAST($22 AS bigint[]), CAST($23 AS bigint[]), CAST($24 AS text[]), CAST($25 AS varchar[]));

-- copy.export_request.page
SELECT id, kind, format, lang, offset_minutes, account_id, column_keys, params_enc, is_unmasked, state, job_id, file_id, cursor_text, part_count, row_count, is_collected, size_bytes, error_code, asked_at, ended_at, expires_at, download_count, version, read_scopes, digest_hex FROM export_request ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.export_request.page (next page)
SELECT id, kind, format, lang, offset_minutes, account_id, column_keys, params_enc, is_unmasked, state, job_id, file_id, cursor_text, part_count, row_count, is_collected, size_bytes, error_code, asked_at, ended_at, expires_at, download_count, version, read_scopes, digest_hex FROM export_request WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.figure_count.insert
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS timestamp(3)[]), CAST($4 AS uuid[]), CAST($5 AS bigint[]), CAST($6 AS uuid[]), CAST($7 AS bigint[]));

-- copy.figure_count.page
SELECT stage, figure, at, unit_id, bucket, id, amount FROM figure_count ORDER BY stage asc, figure asc, at asc, unit_id asc, bucket asc, id asc FETCH FIRST $1 ROWS ONLY;

-- copy.figure_count.page (next page)
SELECT stage, figure, at, unit_id, bucket, id, amount FROM figure_count WHERE stage >= $1 AND (stage > $1 OR (figure >= $2 AND (figure > $2 OR (at >= $3 AND (at > $3 OR (unit_id >= $4 AND (unit_id > $4 OR (bucket >= $5 AND (bucket > $5 OR (id > $6)))))))))) ORDER BY stage asc, figure asc, at asc, unit_id asc, bucket asc, id asc FETCH FIRST $7 ROWS ONLY;

-- copy.flow.insert
INSERT INTO flow (id, flow_key, locale, title, state, owner_id, published_version, draft_version, last_version, updated_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS bigint[]), CAST($8 AS bigint[]), CAST($9 AS bigint[]), CAST($10 AS timestamp(3)[]), CAST($11 AS bigint[]));

-- copy.flow.page
SELECT id, flow_key, locale, title, state, owner_id, published_version, draft_version, last_version, updated_at, version FROM flow ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.flow.page (next page)
SELECT id, flow_key, locale, title, state, owner_id, published_version, draft_version, last_version, updated_at, version FROM flow WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.flow_end.insert
INSERT INTO flow_end (id, conversation_id, locale, flow_key, flow_version, outcome, reason, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS bigint[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS timestamp(3)[]));

-- copy.flow_end.page
SELECT id, conversation_id, locale, flow_key, flow_version, outcome, reason, at FROM flow_end ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.flow_end.page (next page)
SELECT id, conversation_id, locale, flow_key, flow_version, outcome, reason, at FROM flow_end WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.flow_run.insert
INSERT INTO flow_run (conversation_id, event_id, state_enc, is_active, started_at, expires_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS bytea[]), CAST($4 AS smallint[]), CAST($5 AS timestamp(3)[]), CAST($6 AS timestamp(3)[]), CAST($7 AS bigint[]));

-- copy.flow_run.page
SELECT conversation_id, event_id, state_enc, is_active, started_at, expires_at, version FROM flow_run ORDER BY conversation_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.flow_run.page (next page)
SELECT conversation_id, event_id, state_enc, is_active, started_at, expires_at, version FROM flow_run WHERE conversation_id > $1 ORDER BY conversation_id asc FETCH FIRST $2 ROWS ONLY;

-- copy.flow_version.insert
INSERT INTO flow_version (flow_id, version_no, state, definition, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS text[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS bytea[]), CAST($8 AS timestamp(3)[]), CAST($9 AS varchar[]), CAST($10 AS timestamp(3)[]), CAST($11 AS varchar[]));

-- copy.flow_version.page
SELECT flow_id, version_no, state, definition, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason FROM flow_version ORDER BY flow_id asc, version_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.flow_version.page (next page)
SELECT flow_id, version_no, state, definition, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason FROM flow_version WHERE flow_id >= $1 AND (flow_id > $1 OR (version_no > $2)) ORDER BY flow_id asc, version_no asc FETCH FIRST $3 ROWS ONLY;

-- copy.id_block.insert
INSERT INTO id_block (name, next_value) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]));

-- copy.id_block.page
SELECT name, next_value FROM id_block ORDER BY name asc FETCH FIRST $1 ROWS ONLY;

-- copy.id_block.page (next page)
SELECT name, next_value FROM id_block WHERE name > $1 ORDER BY name asc FETCH FIRST $2 ROWS ONLY;

-- copy.idempotency_record.insert
INSERT INTO idempotency_record (actor_id, key_hash, body_hash, state, status, answer_enc, created_at) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bigint[]), CAST($5 AS bigint[]), CAST($6 AS bytea[]), CAST($7 AS timestamp(3)[]));

-- copy.idempotency_record.page
SELECT actor_id, key_hash, body_hash, state, status, answer_enc, created_at FROM idempotency_record ORDER BY actor_id asc, key_hash asc FETCH FIRST $1 ROWS ONLY;

-- copy.idempotency_record.page (next page)
SELECT actor_id, key_hash, body_hash, state, status, answer_enc, created_at FROM idempotency_record WHERE actor_id >= $1 AND (actor_id > $1 OR (key_hash > $2)) ORDER BY actor_id asc, key_hash asc FETCH FIRST $3 ROWS ONLY;

-- copy.installation.insert
INSERT INTO installation (id, created_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS timestamp(3)[]));

-- copy.installation.page
SELECT id, created_at FROM installation ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.installation.page (next page)
SELECT id, created_at FROM installation WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.job.insert
INSERT INTO job (id, kind, state, cause, job_key, open_key, params, due_at, created_at, actor_type, actor_id, attempts, restarts, claim, claimed_until, is_cancelling, started_at, ended_at, run_state, done, total, run_result, error_code) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS text[]), CAST($8 AS timestamp(3)[]), CAST($9 AS timestamp(3)[]), CAST($10 AS varchar[]), CAST($11 AS varchar[]), CAST($12 AS bigint[]), CAST($13 AS bigint[]), CAST($14 AS uuid[]), CAST($15 AS timestamp(3)[]), CAST($16 AS smallint[]), CAST($17 AS timestamp(3)[]), CAST($18 AS timestamp(3)[]), CAST($19 AS text[]), CAST($20 AS bigint[]), CAST($21 AS bigint[]), CAST($22 AS text[]), CAST($23 AS varchar[]));

-- copy.job.page
SELECT id, kind, state, cause, job_key, open_key, params, due_at, created_at, actor_type, actor_id, attempts, restarts, claim, claimed_until, is_cancelling, started_at, ended_at, run_state, done, total, run_result, error_code FROM job ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.job.page (next page)
SELECT id, kind, state, cause, job_key, open_key, params, due_at, created_at, actor_type, actor_id, attempts, restarts, claim, claimed_until, is_cancelling, started_at, ended_at, run_state, done, total, run_result, error_code FROM job WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.job_schedule.insert
INSERT INTO job_schedule (kind, cron, is_enabled, next_at, changed_by, changed_at, version) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS smallint[]), CAST($4 AS timestamp(3)[]), CAST($5 AS varchar[]), CAST($6 AS timestamp(3)[]), CAST($7 AS bigint[]));

-- copy.job_schedule.page
SELECT kind, cron, is_enabled, next_at, changed_by, changed_at, version FROM job_schedule ORDER BY kind asc FETCH FIRST $1 ROWS ONLY;

-- copy.job_schedule.page (next page)
SELECT kind, cron, is_enabled, next_at, changed_by, changed_at, version FROM job_schedule WHERE kind > $1 ORDER BY kind asc FETCH FIRST $2 ROWS ONLY;

-- copy.learning_batch.insert
INSERT INTO learning_batch (id, locale, to_at, to_id, turn_count, proposal_count, measured_count, right_before, right_after, created_at, guard_count, guards_before, guards_after) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS timestamp(3)[]), CAST($4 AS uuid[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]), CAST($7 AS bigint[]), CAST($8 AS bigint[]), CAST($9 AS bigint[]), CAST($10 AS timestamp(3)[]), CAST($11 AS bigint[]), CAST($12 AS bigint[]), CAST($13 AS bigint[]));

-- copy.learning_batch.page
SELECT id, locale, to_at, to_id, turn_count, proposal_count, measured_count, right_before, right_after, created_at, guard_count, guards_before, guards_after FROM learning_batch ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.learning_batch.page (next page)
SELECT id, locale, to_at, to_id, turn_count, proposal_count, measured_count, right_before, right_after, created_at, guard_count, guards_before, guards_after FROM learning_batch WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.learning_member.insert
INSERT INTO learning_member (id, proposal_id, position, conversation_id, message_seq, is_reply) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS bigint[]), CAST($4 AS uuid[]), CAST($5 AS bigint[]), CAST($6 AS smallint[]));

-- copy.learning_member.page
SELECT id, proposal_id, position, conversation_id, message_seq, is_reply FROM learning_member ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.learning_member.page (next page)
SELECT id, proposal_id, position, conversation_id, message_seq, is_reply FROM learning_member WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.learning_proposal.insert
INSERT INTO learning_proposal (id, locale, kind, source, state, article_id, score_ppm, batch_id, created_at, decided_by, decided_at, version, asked_count) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS uuid[]), CAST($7 AS bigint[]), CAST($8 AS uuid[]), CAST($9 AS timestamp(3)[]), CAST($10 AS varchar[]), CAST($11 AS timestamp(3)[]), CAST($12 AS bigint[]), CAST($13 AS bigint[]));

-- copy.learning_proposal.page
SELECT id, locale, kind, source, state, article_id, score_ppm, batch_id, created_at, decided_by, decided_at, version, asked_count FROM learning_proposal ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.learning_proposal.page (next page)
SELECT id, locale, kind, source, state, article_id, score_ppm, batch_id, created_at, decided_by, decided_at, version, asked_count FROM learning_proposal WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.legal_hold.insert
INSERT INTO legal_hold (id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS uuid[]), CAST($5 AS varchar[]), CAST($6 AS timestamp(3)[]), CAST($7 AS timestamp(3)[]), CAST($8 AS bytea[]), CAST($9 AS bytea[]), CAST($10 AS smallint[]), CAST($11 AS uuid[]), CAST($12 AS timestamp(3)[]), CAST($13 AS timestamp(3)[]), CAST($14 AS uuid[]), CAST($15 AS timestamp(3)[]), CAST($16 AS timestamp(3)[]), CAST($17 AS uuid[]), CAST($18 AS uuid[]), CAST($19 AS timestamp(3)[]), CAST($20 AS varchar[]), CAST($21 AS bigint[]));

-- copy.legal_hold.page
SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version FROM legal_hold ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.legal_hold.page (next page)
SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version FROM legal_hold WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.live_leases
SELECT name FROM lease WHERE until_at > $1 ORDER BY name;

-- copy.message.insert
INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS uuid[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS bytea[]), CAST($9 AS text[]), CAST($10 AS timestamp(3)[]));

-- copy.message.page
SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message ORDER BY conversation_id asc, opened_month asc, seq asc FETCH FIRST $1 ROWS ONLY;

-- copy.message.page (next page)
SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message WHERE conversation_id >= $1 AND (conversation_id > $1 OR (opened_month >= $2 AND (opened_month > $2 OR (seq > $3)))) ORDER BY conversation_id asc, opened_month asc, seq asc FETCH FIRST $4 ROWS ONLY;

-- copy.notice.insert
INSERT INTO notice (id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS uuid[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS text[]), CAST($8 AS varchar[]), CAST($9 AS varchar[]), CAST($10 AS bigint[]), CAST($11 AS timestamp(3)[]), CAST($12 AS timestamp(3)[]), CAST($13 AS smallint[]), CAST($14 AS smallint[]));

-- copy.notice.page
SELECT id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered FROM notice ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.notice.page (next page)
SELECT id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered FROM notice WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.notice_delivery.insert
INSERT INTO notice_delivery (id, post_id, channel_id, kind, severity, params, link, state, attempts, due_at, created_at, sent_at, error_code) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS text[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS bigint[]), CAST($10 AS timestamp(3)[]), CAST($11 AS timestamp(3)[]), CAST($12 AS timestamp(3)[]), CAST($13 AS varchar[]));

-- copy.notice_delivery.page
SELECT id, post_id, channel_id, kind, severity, params, link, state, attempts, due_at, created_at, sent_at, error_code FROM notice_delivery ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.notice_delivery.page (next page)
SELECT id, post_id, channel_id, kind, severity, params, link, state, attempts, due_at, created_at, sent_at, error_code FROM notice_delivery WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.notice_post.insert
INSERT INTO notice_post (id, kind, severity, account_ids, permission, params, link, notice_key, created_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS text[]), CAST($5 AS varchar[]), CAST($6 AS text[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS timestamp(3)[]));

-- copy.notice_post.page
SELECT id, kind, severity, account_ids, permission, params, link, notice_key, created_at FROM notice_post ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.notice_post.page (next page)
SELECT id, kind, severity, account_ids, permission, params, link, notice_key, created_at FROM notice_post WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.notify_channel.insert
INSERT INTO notify_channel (id, type, name, is_enabled, min_severity, lang, settings, secret_enc, created_at, changed_by, version, last_sent_at, failing_at, error_code) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS smallint[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS text[]), CAST($8 AS bytea[]), CAST($9 AS timestamp(3)[]), CAST($10 AS varchar[]), CAST($11 AS bigint[]), CAST($12 AS timestamp(3)[]), CAST($13 AS timestamp(3)[]), CAST($14 AS varchar[]));

-- copy.notify_channel.page
SELECT id, type, name, is_enabled, min_severity, lang, settings, secret_enc, created_at, changed_by, version, last_sent_at, failing_at, error_code FROM notify_channel ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.notify_channel.page (next page)
SELECT id, type, name, is_enabled, min_severity, lang, settings, secret_enc, created_at, changed_by, version, last_sent_at, failing_at, error_code FROM notify_channel WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.org_tree.clear
DELETE FROM org_tree;

-- copy.org_tree.insert
INSERT INTO org_tree (id, version) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]));

-- copy.org_tree.page
SELECT id, version FROM org_tree ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.org_tree.page (next page)
SELECT id, version FROM org_tree WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.org_unit.clear
DELETE FROM org_unit;

-- copy.org_unit.insert
INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, successor_id, depth, created_at, closed_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS uuid[]), CAST($9 AS bigint[]), CAST($10 AS timestamp(3)[]), CAST($11 AS timestamp(3)[]), CAST($12 AS bigint[]));

-- copy.org_unit.page
SELECT id, parent_id, kind, name, name_key, code, state, successor_id, depth, created_at, closed_at, version FROM org_unit ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.org_unit.page (next page)
SELECT id, parent_id, kind, name, name_key, code, state, successor_id, depth, created_at, closed_at, version FROM org_unit WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.outbox_event.insert
INSERT INTO outbox_event (id, position, type, event_key, at, payload, state, attempts, next_at, last_error_code) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS timestamp(3)[]), CAST($6 AS text[]), CAST($7 AS bigint[]), CAST($8 AS bigint[]), CAST($9 AS timestamp(3)[]), CAST($10 AS varchar[]));

-- copy.outbox_event.page
SELECT id, position, type, event_key, at, payload, state, attempts, next_at, last_error_code FROM outbox_event ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.outbox_event.page (next page)
SELECT id, position, type, event_key, at, payload, state, attempts, next_at, last_error_code FROM outbox_event WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.password_history.insert
INSERT INTO password_history (id, account_id, password_hash, created_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS timestamp(3)[]));

-- copy.password_history.page
SELECT id, account_id, password_hash, created_at FROM password_history ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.password_history.page (next page)
SELECT id, account_id, password_hash, created_at FROM password_history WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.regression_case.insert
INSERT INTO regression_case (id, locale, question, expected_id, is_must, author_id, created_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS uuid[]), CAST($5 AS smallint[]), CAST($6 AS varchar[]), CAST($7 AS timestamp(3)[]));

-- copy.regression_case.page
SELECT id, locale, question, expected_id, is_must, author_id, created_at FROM regression_case ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.regression_case.page (next page)
SELECT id, locale, question, expected_id, is_must, author_id, created_at FROM regression_case WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.regression_run.insert
INSERT INTO regression_run (article_id, version_no, locale, is_passed, case_count, findings, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS smallint[]), CAST($5 AS bigint[]), CAST($6 AS text[]), CAST($7 AS timestamp(3)[]));

-- copy.regression_run.page
SELECT article_id, version_no, locale, is_passed, case_count, findings, at FROM regression_run ORDER BY article_id asc, version_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.regression_run.page (next page)
SELECT article_id, version_no, locale, is_passed, case_count, findings, at FROM regression_run WHERE article_id >= $1 AND (article_id > $1 OR (version_no > $2)) ORDER BY article_id asc, version_no asc FETCH FIRST $3 ROWS ONLY;

-- copy.requester.insert
INSERT INTO requester (id, dek_id, site_id, unit_id, is_identified, external_enc, external_bix, name_enc, name_bix, name_prefix_bix, phone_enc, phone_bix, phone_last4_bix, email_enc, email_bix, id_number_enc, id_number_bix, index_version, created_at, updated_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS uuid[]), CAST($5 AS smallint[]), CAST($6 AS bytea[]), CAST($7 AS bytea[]), CAST($8 AS bytea[]), CAST($9 AS bytea[]), CAST($10 AS bytea[]), CAST($11 AS bytea[]), CAST($12 AS bytea[]), CAST($13 AS bytea[]), CAST($14 AS bytea[]), CAST($15 AS bytea[]), CAST($16 AS bytea[]), CAST($17 AS bytea[]), CAST($18 AS bigint[]), CAST($19 AS timestamp(3)[]), CAST($20 AS timestamp(3)[]), CAST($21 AS bigint[]));

-- copy.requester.page
SELECT id, dek_id, site_id, unit_id, is_identified, external_enc, external_bix, name_enc, name_bix, name_prefix_bix, phone_enc, phone_bix, phone_last4_bix, email_enc, email_bix, id_number_enc, id_number_bix, index_version, created_at, updated_at, version FROM requester ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.requester.page (next page)
SELECT id, dek_id, site_id, unit_id, is_identified, external_enc, external_bix, name_enc, name_bix, name_prefix_bix, phone_enc, phone_bix, phone_last4_bix, email_enc, email_bix, id_number_enc, id_number_bix, index_version, created_at, updated_at, version FROM requester WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.requester_reveal.insert
INSERT INTO requester_reveal (id, requester_id, account_id, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS timestamp(3)[]));

-- copy.requester_reveal.page
SELECT id, requester_id, account_id, at FROM requester_reveal ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.requester_reveal.page (next page)
SELECT id, requester_id, account_id, at FROM requester_reveal WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.requester_token.insert
INSERT INTO requester_token (requester_id, tokens) SELECT x.a, CAST(x.b AS bigint[]) FROM unnest(CAST($1 AS uuid[]), CAST($2 AS text[])) AS x (a, b);

-- copy.requester_token.page
SELECT requester_id AS owner_id, array_to_string(tokens, ',') AS token_text FROM requester_token WHERE requester_id > $1 ORDER BY requester_id FETCH FIRST $2 ROWS ONLY;

-- copy.retention_rule.insert
INSERT INTO retention_rule (record_class, version, months, action, changed_by, approved_by, changed_at) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS varchar[]), CAST($5 AS uuid[]), CAST($6 AS uuid[]), CAST($7 AS timestamp(3)[]));

-- copy.retention_rule.page
SELECT record_class, version, months, action, changed_by, approved_by, changed_at FROM retention_rule ORDER BY record_class asc, version asc FETCH FIRST $1 ROWS ONLY;

-- copy.retention_rule.page (next page)
SELECT record_class, version, months, action, changed_by, approved_by, changed_at FROM retention_rule WHERE record_class >= $1 AND (record_class > $1 OR (version > $2)) ORDER BY record_class asc, version asc FETCH FIRST $3 ROWS ONLY;

-- copy.robot_model.insert
INSERT INTO robot_model (locale, knowledge_hash, model_hash, article_count, question_count, training_ms, trained_at, bytes_base64) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS bigint[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]), CAST($7 AS timestamp(3)[]), CAST($8 AS text[]));

-- copy.robot_model.page
SELECT locale, knowledge_hash, model_hash, article_count, question_count, training_ms, trained_at, bytes_base64 FROM robot_model ORDER BY locale asc, knowledge_hash asc FETCH FIRST $1 ROWS ONLY;

-- copy.robot_model.page (next page)
SELECT locale, knowledge_hash, model_hash, article_count, question_count, training_ms, trained_at, bytes_base64 FROM robot_model WHERE locale >= $1 AND (locale > $1 OR (knowledge_hash > $2)) ORDER BY locale asc, knowledge_hash asc FETCH FIRST $3 ROWS ONLY;

-- copy.robot_turn.insert
INSERT INTO robot_turn (id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm, candidates, article_id, article_version, model_hash, took_ms, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS bigint[]), CAST($4 AS uuid[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS bigint[]), CAST($9 AS text[]), CAST($10 AS uuid[]), CAST($11 AS bigint[]), CAST($12 AS varchar[]), CAST($13 AS bigint[]), CAST($14 AS timestamp(3)[]));

-- copy.robot_turn.page
SELECT id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm, candidates, article_id, article_version, model_hash, took_ms, at FROM robot_turn ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.robot_turn.page (next page)
SELECT id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm, candidates, article_id, article_version, model_hash, took_ms, at FROM robot_turn WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.role_grant.insert
INSERT INTO role_grant (account_id, role, requested_by_id, approved_by_id, granted_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS timestamp(3)[]));

-- copy.role_grant.page
SELECT account_id, role, requested_by_id, approved_by_id, granted_at FROM role_grant ORDER BY account_id asc, role asc FETCH FIRST $1 ROWS ONLY;

-- copy.role_grant.page (next page)
SELECT account_id, role, requested_by_id, approved_by_id, granted_at FROM role_grant WHERE account_id >= $1 AND (account_id > $1 OR (role > $2)) ORDER BY account_id asc, role asc FETCH FIRST $3 ROWS ONLY;

-- copy.scim_group.insert
INSERT INTO scim_group (id, idp_id, display_name, external_id, created_at, changed_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS timestamp(3)[]), CAST($6 AS timestamp(3)[]));

-- copy.scim_group.page
SELECT id, idp_id, display_name, external_id, created_at, changed_at FROM scim_group ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.scim_group.page (next page)
SELECT id, idp_id, display_name, external_id, created_at, changed_at FROM scim_group WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.scim_group_member.insert
INSERT INTO scim_group_member (group_id, account_id) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]));

-- copy.scim_group_member.page
SELECT group_id, account_id FROM scim_group_member ORDER BY group_id asc, account_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.scim_group_member.page (next page)
SELECT group_id, account_id FROM scim_group_member WHERE group_id >= $1 AND (group_id > $1 OR (account_id > $2)) ORDER BY group_id asc, account_id asc FETCH FIRST $3 ROWS ONLY;

-- copy.scim_user.insert
INSERT INTO scim_user (account_id, idp_id, external_id, created_at, changed_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS timestamp(3)[]), CAST($5 AS timestamp(3)[]));

-- copy.scim_user.page
SELECT account_id, idp_id, external_id, created_at, changed_at FROM scim_user ORDER BY account_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.scim_user.page (next page)
SELECT account_id, idp_id, external_id, created_at, changed_at FROM scim_user WHERE account_id > $1 ORDER BY account_id asc FETCH FIRST $2 ROWS ONLY;

-- copy.score_card.insert
INSERT INTO score_card (id, version, name, state, criteria, created_by, created_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS text[]), CAST($6 AS varchar[]), CAST($7 AS timestamp(3)[]));

-- copy.score_card.page
SELECT id, version, name, state, criteria, created_by, created_at FROM score_card ORDER BY id asc, version asc FETCH FIRST $1 ROWS ONLY;

-- copy.score_card.page (next page)
SELECT id, version, name, state, criteria, created_by, created_at FROM score_card WHERE id >= $1 AND (id > $1 OR (version > $2)) ORDER BY id asc, version asc FETCH FIRST $3 ROWS ONLY;

-- copy.setting_section.insert
INSERT INTO setting_section (name, version, changed_at) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]), CAST($3 AS timestamp(3)[]));

-- copy.setting_section.page
SELECT name, version, changed_at FROM setting_section ORDER BY name asc FETCH FIRST $1 ROWS ONLY;

-- copy.setting_section.page (next page)
SELECT name, version, changed_at FROM setting_section WHERE name > $1 ORDER BY name asc FETCH FIRST $2 ROWS ONLY;

-- copy.setting_version.insert
INSERT INTO setting_version (section, version, body, changed_at, changed_by, approved_by, reason, restored_version) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS bigint[]), CAST($3 AS text[]), CAST($4 AS timestamp(3)[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS bigint[]));

-- copy.setting_version.page
SELECT section, version, body, changed_at, changed_by, approved_by, reason, restored_version FROM setting_version ORDER BY section asc, version asc FETCH FIRST $1 ROWS ONLY;

-- copy.setting_version.page (next page)
SELECT section, version, body, changed_at, changed_by, approved_by, reason, restored_version FROM setting_version WHERE section >= $1 AND (section > $1 OR (version > $2)) ORDER BY section asc, version asc FETCH FIRST $3 ROWS ONLY;

-- copy.setup_code.insert
INSERT INTO setup_code (code_hash, made_count, created_at, expires_at) SELECT * FROM unnest(CAST($1 AS bytea[]), CAST($2 AS bigint[]), CAST($3 AS timestamp(3)[]), CAST($4 AS timestamp(3)[]));

-- copy.setup_code.page
SELECT code_hash, made_count, created_at, expires_at FROM setup_code ORDER BY code_hash asc FETCH FIRST $1 ROWS ONLY;

-- copy.setup_code.page (next page)
SELECT code_hash, made_count, created_at, expires_at FROM setup_code WHERE code_hash > $1 ORDER BY code_hash asc FETCH FIRST $2 ROWS ONLY;

-- copy.site.insert
INSERT INTO site (id, name, origins, public_key_pem, skill_group_id, unit_id, locale, texts, is_active, created_at, version) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS text[]), CAST($4 AS text[]), CAST($5 AS uuid[]), CAST($6 AS uuid[]), CAST($7 AS varchar[]), CAST($8 AS text[]), CAST($9 AS smallint[]), CAST($10 AS timestamp(3)[]), CAST($11 AS bigint[]));

-- copy.site.page
SELECT id, name, origins, public_key_pem, skill_group_id, unit_id, locale, texts, is_active, created_at, version FROM site ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.site.page (next page)
SELECT id, name, origins, public_key_pem, skill_group_id, unit_id, locale, texts, is_active, created_at, version FROM site WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.skill_group.insert
INSERT INTO skill_group (id, name, created_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS timestamp(3)[]), CAST($4 AS bigint[]));

-- copy.skill_group.page
SELECT id, name, created_at, version FROM skill_group ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.skill_group.page (next page)
SELECT id, name, created_at, version FROM skill_group WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.skill_group_member.insert
INSERT INTO skill_group_member (skill_group_id, account_id) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]));

-- copy.skill_group_member.page
SELECT skill_group_id, account_id FROM skill_group_member ORDER BY skill_group_id asc, account_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.skill_group_member.page (next page)
SELECT skill_group_id, account_id FROM skill_group_member WHERE skill_group_id >= $1 AND (skill_group_id > $1 OR (account_id > $2)) ORDER BY skill_group_id asc, account_id asc FETCH FIRST $3 ROWS ONLY;

-- copy.sso_identity.insert
INSERT INTO sso_identity (id, idp_id, name_id, account_id, created_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS uuid[]), CAST($5 AS timestamp(3)[]));

-- copy.sso_identity.page
SELECT id, idp_id, name_id, account_id, created_at FROM sso_identity ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.sso_identity.page (next page)
SELECT id, idp_id, name_id, account_id, created_at FROM sso_identity WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.sso_idp.insert
INSERT INTO sso_idp (id, entity_id, sso_url, sso_binding, slo_url, slo_binding, slo_response_url, map_json, state, metadata_url, metadata_signer, fetched_at, fetch_fault, created_at, changed_at, changed_by_id, version) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS text[]), CAST($9 AS varchar[]), CAST($10 AS varchar[]), CAST($11 AS text[]), CAST($12 AS timestamp(3)[]), CAST($13 AS varchar[]), CAST($14 AS timestamp(3)[]), CAST($15 AS timestamp(3)[]), CAST($16 AS varchar[]), CAST($17 AS bigint[]));

-- copy.sso_idp.page
SELECT id, entity_id, sso_url, sso_binding, slo_url, slo_binding, slo_response_url, map_json, state, metadata_url, metadata_signer, fetched_at, fetch_fault, created_at, changed_at, changed_by_id, version FROM sso_idp ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.sso_idp.page (next page)
SELECT id, entity_id, sso_url, sso_binding, slo_url, slo_binding, slo_response_url, map_json, state, metadata_url, metadata_signer, fetched_at, fetch_fault, created_at, changed_at, changed_by_id, version FROM sso_idp WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.sso_idp_certificate.insert
INSERT INTO sso_idp_certificate (idp_id, fingerprint, pem, not_before, not_after, warned_days) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS text[]), CAST($4 AS timestamp(3)[]), CAST($5 AS timestamp(3)[]), CAST($6 AS bigint[]));

-- copy.sso_idp_certificate.page
SELECT idp_id, fingerprint, pem, not_before, not_after, warned_days FROM sso_idp_certificate ORDER BY idp_id asc, fingerprint asc FETCH FIRST $1 ROWS ONLY;

-- copy.sso_idp_certificate.page (next page)
SELECT idp_id, fingerprint, pem, not_before, not_after, warned_days FROM sso_idp_certificate WHERE idp_id >= $1 AND (idp_id > $1 OR (fingerprint > $2)) ORDER BY idp_id asc, fingerprint asc FETCH FIRST $3 ROWS ONLY;

-- copy.sso_request.insert
INSERT INTO sso_request (relay_hash, browser_hash, idp_id, request_id, purpose, return_to, account_id, session_id, is_forced, created_at, expires_at) SELECT * FROM unnest(CAST($1 AS bytea[]), CAST($2 AS bytea[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS uuid[]), CAST($8 AS uuid[]), CAST($9 AS smallint[]), CAST($10 AS timestamp(3)[]), CAST($11 AS timestamp(3)[]));

-- copy.sso_request.page
SELECT relay_hash, browser_hash, idp_id, request_id, purpose, return_to, account_id, session_id, is_forced, created_at, expires_at FROM sso_request ORDER BY relay_hash asc FETCH FIRST $1 ROWS ONLY;

-- copy.sso_request.page (next page)
SELECT relay_hash, browser_hash, idp_id, request_id, purpose, return_to, account_id, session_id, is_forced, created_at, expires_at FROM sso_request WHERE relay_hash > $1 ORDER BY relay_hash asc FETCH FIRST $2 ROWS ONLY;

-- copy.sso_sp_key.insert
INSERT INTO sso_sp_key (id, certificate, key_enc, signs_from_at, not_after, warned_days) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS text[]), CAST($3 AS bytea[]), CAST($4 AS timestamp(3)[]), CAST($5 AS timestamp(3)[]), CAST($6 AS bigint[]));

-- copy.sso_sp_key.page
SELECT id, certificate, key_enc, signs_from_at, not_after, warned_days FROM sso_sp_key ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.sso_sp_key.page (next page)
SELECT id, certificate, key_enc, signs_from_at, not_after, warned_days FROM sso_sp_key WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.sso_used_id.insert
INSERT INTO sso_used_id (id_hash, expires_at) SELECT * FROM unnest(CAST($1 AS bytea[]), CAST($2 AS timestamp(3)[]));

-- copy.sso_used_id.page
SELECT id_hash, expires_at FROM sso_used_id ORDER BY id_hash asc FETCH FIRST $1 ROWS ONLY;

-- copy.sso_used_id.page (next page)
SELECT id_hash, expires_at FROM sso_used_id WHERE id_hash > $1 ORDER BY id_hash asc FETCH FIRST $2 ROWS ONLY;

-- copy.staff_token.insert
INSERT INTO staff_token (id, account_id, kind, token_bix, index_version, added_by, added_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS bytea[]), CAST($5 AS bigint[]), CAST($6 AS uuid[]), CAST($7 AS timestamp(3)[]));

-- copy.staff_token.page
SELECT id, account_id, kind, token_bix, index_version, added_by, added_at FROM staff_token ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.staff_token.page (next page)
SELECT id, account_id, kind, token_bix, index_version, added_by, added_at FROM staff_token WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.stored_file.insert
INSERT INTO stored_file (id, owner_type, owner_id, requester_id, dek_id, record_class, creator_type, creator_id, name_enc, size_bytes, media_type, content_bix, state, is_thumbnail_wanted, thumbnail_id, reference_id, created_at, finished_at, check_attempts, check_after) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS uuid[]), CAST($4 AS uuid[]), CAST($5 AS bigint[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]), CAST($9 AS bytea[]), CAST($10 AS bigint[]), CAST($11 AS varchar[]), CAST($12 AS bytea[]), CAST($13 AS varchar[]), CAST($14 AS smallint[]), CAST($15 AS uuid[]), CAST($16 AS uuid[]), CAST($17 AS timestamp(3)[]), CAST($18 AS timestamp(3)[]), CAST($19 AS bigint[]), CAST($20 AS timestamp(3)[]));

-- copy.stored_file.page
SELECT id, owner_type, owner_id, requester_id, dek_id, record_class, creator_type, creator_id, name_enc, size_bytes, media_type, content_bix, state, is_thumbnail_wanted, thumbnail_id, reference_id, created_at, finished_at, check_attempts, check_after FROM stored_file ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.stored_file.page (next page)
SELECT id, owner_type, owner_id, requester_id, dek_id, record_class, creator_type, creator_id, name_enc, size_bytes, media_type, content_bix, state, is_thumbnail_wanted, thumbnail_id, reference_id, created_at, finished_at, check_attempts, check_after FROM stored_file WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.stored_file_chunk.insert
INSERT INTO stored_file_chunk (file_id, chunk_no, start_offset, size_bytes, body_enc) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS bigint[]), CAST($5 AS bytea[]));

-- copy.stored_file_chunk.page
SELECT file_id, chunk_no, start_offset, size_bytes, body_enc FROM stored_file_chunk ORDER BY file_id asc, chunk_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.stored_file_chunk.page (next page)
SELECT file_id, chunk_no, start_offset, size_bytes, body_enc FROM stored_file_chunk WHERE file_id >= $1 AND (file_id > $1 OR (chunk_no > $2)) ORDER BY file_id asc, chunk_no asc FETCH FIRST $3 ROWS ONLY;

-- copy.sweep_chunk.insert
INSERT INTO sweep_chunk (run_id, chunk_no, record_class, record_count, row_count, oldest_at, newest_at, ids_hash, archive_file, archive_hash, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS varchar[]), CAST($4 AS bigint[]), CAST($5 AS bigint[]), CAST($6 AS timestamp(3)[]), CAST($7 AS timestamp(3)[]), CAST($8 AS bytea[]), CAST($9 AS varchar[]), CAST($10 AS bytea[]), CAST($11 AS timestamp(3)[]));

-- copy.sweep_chunk.page
SELECT run_id, chunk_no, record_class, record_count, row_count, oldest_at, newest_at, ids_hash, archive_file, archive_hash, at FROM sweep_chunk ORDER BY run_id asc, chunk_no asc FETCH FIRST $1 ROWS ONLY;

-- copy.sweep_chunk.page (next page)
SELECT run_id, chunk_no, record_class, record_count, row_count, oldest_at, newest_at, ids_hash, archive_file, archive_hash, at FROM sweep_chunk WHERE run_id >= $1 AND (run_id > $1 OR (chunk_no > $2)) ORDER BY run_id asc, chunk_no asc FETCH FIRST $3 ROWS ONLY;

-- copy.sweep_guard.clear
DELETE FROM sweep_guard;

-- copy.sweep_guard.insert
INSERT INTO sweep_guard (name, is_scheduled, high_water_at, clock_seen_at, turns, version) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS smallint[]), CAST($3 AS timestamp(3)[]), CAST($4 AS timestamp(3)[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]));

-- copy.sweep_guard.page
SELECT name, is_scheduled, high_water_at, clock_seen_at, turns, version FROM sweep_guard ORDER BY name asc FETCH FIRST $1 ROWS ONLY;

-- copy.sweep_guard.page (next page)
SELECT name, is_scheduled, high_water_at, clock_seen_at, turns, version FROM sweep_guard WHERE name > $1 ORDER BY name asc FETCH FIRST $2 ROWS ONLY;

-- copy.sweep_run.insert
INSERT INTO sweep_run (id, kind, state, started_by, started_at, as_of, clock_state, finished_at, at_store, after_at, after_id, chunk_count, rows_removed, report, error_code, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS timestamp(3)[]), CAST($6 AS timestamp(3)[]), CAST($7 AS varchar[]), CAST($8 AS timestamp(3)[]), CAST($9 AS varchar[]), CAST($10 AS timestamp(3)[]), CAST($11 AS uuid[]), CAST($12 AS bigint[]), CAST($13 AS bigint[]), CAST($14 AS text[]), CAST($15 AS varchar[]), CAST($16 AS bigint[]));

-- copy.sweep_run.page
SELECT id, kind, state, started_by, started_at, as_of, clock_state, finished_at, at_store, after_at, after_id, chunk_count, rows_removed, report, error_code, version FROM sweep_run ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.sweep_run.page (next page)
SELECT id, kind, state, started_by, started_at, as_of, clock_state, finished_at, at_store, after_at, after_id, chunk_count, rows_removed, report, error_code, version FROM sweep_run WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.ticket.insert
INSERT INTO ticket (id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state, priority, assignee_id, skill_group_id, unit_id, opened_at, updated_at, solved_at, index_version, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS uuid[]), CAST($4 AS bigint[]), CAST($5 AS uuid[]), CAST($6 AS bytea[]), CAST($7 AS bytea[]), CAST($8 AS varchar[]), CAST($9 AS varchar[]), CAST($10 AS uuid[]), CAST($11 AS uuid[]), CAST($12 AS uuid[]), CAST($13 AS timestamp(3)[]), CAST($14 AS timestamp(3)[]), CAST($15 AS timestamp(3)[]), CAST($16 AS bigint[]), CAST($17 AS bigint[]));

-- copy.ticket.page
SELECT id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state, priority, assignee_id, skill_group_id, unit_id, opened_at, updated_at, solved_at, index_version, version FROM ticket ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.ticket.page (next page)
SELECT id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state, priority, assignee_id, skill_group_id, unit_id, opened_at, updated_at, solved_at, index_version, version FROM ticket WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.ticket_comment.insert
INSERT INTO ticket_comment (id, ticket_id, author_type, author_id, body_enc, is_internal, at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS bytea[]), CAST($6 AS smallint[]), CAST($7 AS timestamp(3)[]));

-- copy.ticket_comment.page
SELECT id, ticket_id, author_type, author_id, body_enc, is_internal, at FROM ticket_comment ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.ticket_comment.page (next page)
SELECT id, ticket_id, author_type, author_id, body_enc, is_internal, at FROM ticket_comment WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.ticket_event.insert
INSERT INTO ticket_event (id, ticket_id, at, actor_type, actor_id, action, from_value, to_value) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS timestamp(3)[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS varchar[]), CAST($7 AS varchar[]), CAST($8 AS varchar[]));

-- copy.ticket_event.page
SELECT id, ticket_id, at, actor_type, actor_id, action, from_value, to_value FROM ticket_event ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.ticket_event.page (next page)
SELECT id, ticket_id, at, actor_type, actor_id, action, from_value, to_value FROM ticket_event WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.ticket_token.insert
INSERT INTO ticket_token (ticket_id, tokens) SELECT x.a, CAST(x.b AS bigint[]) FROM unnest(CAST($1 AS uuid[]), CAST($2 AS text[])) AS x (a, b);

-- copy.ticket_token.page
SELECT ticket_id AS owner_id, array_to_string(tokens, ',') AS token_text FROM ticket_token WHERE ticket_id > $1 ORDER BY ticket_id FETCH FIRST $2 ROWS ONLY;

-- copy.unit_closure.clear
DELETE FROM unit_closure;

-- copy.unit_closure.insert
INSERT INTO unit_closure (ancestor_id, unit_id, depth) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS bigint[]));

-- copy.unit_closure.page
SELECT ancestor_id, unit_id, depth FROM unit_closure ORDER BY ancestor_id asc, unit_id asc FETCH FIRST $1 ROWS ONLY;

-- copy.unit_closure.page (next page)
SELECT ancestor_id, unit_id, depth FROM unit_closure WHERE ancestor_id >= $1 AND (ancestor_id > $1 OR (unit_id > $2)) ORDER BY ancestor_id asc, unit_id asc FETCH FIRST $3 ROWS ONLY;

-- copy.visitor_session.insert
INSERT INTO visitor_session (id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS uuid[]), CAST($5 AS uuid[]), CAST($6 AS varchar[]), CAST($7 AS timestamp(3)[]), CAST($8 AS timestamp(3)[]));

-- copy.visitor_session.page
SELECT id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at FROM visitor_session ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.visitor_session.page (next page)
SELECT id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at FROM visitor_session WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.webhook.insert
INSERT INTO webhook (id, name, url_enc, protocol, host, port, event_types, state, stopped_code, secret_enc, old_secret_enc, old_until_at, failure_count, failing_since_at, open_until_at, last_error_code, last_delivered_at, created_by_id, created_at, version) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS bytea[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS bigint[]), CAST($7 AS text[]), CAST($8 AS varchar[]), CAST($9 AS varchar[]), CAST($10 AS bytea[]), CAST($11 AS bytea[]), CAST($12 AS timestamp(3)[]), CAST($13 AS bigint[]), CAST($14 AS timestamp(3)[]), CAST($15 AS timestamp(3)[]), CAST($16 AS varchar[]), CAST($17 AS timestamp(3)[]), CAST($18 AS varchar[]), CAST($19 AS timestamp(3)[]), CAST($20 AS bigint[]));

-- copy.webhook.page
SELECT id, name, url_enc, protocol, host, port, event_types, state, stopped_code, secret_enc, old_secret_enc, old_until_at, failure_count, failing_since_at, open_until_at, last_error_code, last_delivered_at, created_by_id, created_at, version FROM webhook ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.webhook.page (next page)
SELECT id, name, url_enc, protocol, host, port, event_types, state, stopped_code, secret_enc, old_secret_enc, old_until_at, failure_count, failing_since_at, open_until_at, last_error_code, last_delivered_at, created_by_id, created_at, version FROM webhook WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.webhook_delivery.insert
INSERT INTO webhook_delivery (id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS uuid[]), CAST($4 AS varchar[]), CAST($5 AS varchar[]), CAST($6 AS timestamp(3)[]), CAST($7 AS text[]), CAST($8 AS bigint[]), CAST($9 AS bigint[]), CAST($10 AS timestamp(3)[]), CAST($11 AS timestamp(3)[]), CAST($12 AS timestamp(3)[]), CAST($13 AS bigint[]), CAST($14 AS varchar[]), CAST($15 AS bigint[]));

-- copy.webhook_delivery.page
SELECT id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms FROM webhook_delivery ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.webhook_delivery.page (next page)
SELECT id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms FROM webhook_delivery WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.witness_head.insert
INSERT INTO witness_head (id, origin, head_no, seal_no, tree_size, checkpoint, received_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS bigint[]), CAST($4 AS bigint[]), CAST($5 AS bigint[]), CAST($6 AS text[]), CAST($7 AS timestamp(3)[]));

-- copy.witness_head.page
SELECT id, origin, head_no, seal_no, tree_size, checkpoint, received_at FROM witness_head ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.witness_head.page (next page)
SELECT id, origin, head_no, seal_no, tree_size, checkpoint, received_at FROM witness_head WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- copy.witness_refusal.insert
INSERT INTO witness_refusal (id, origin, held, offered, received_at) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS text[]), CAST($4 AS text[]), CAST($5 AS timestamp(3)[]));

-- copy.witness_refusal.page
SELECT id, origin, held, offered, received_at FROM witness_refusal ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- copy.witness_refusal.page (next page)
SELECT id, origin, held, offered, received_at FROM witness_refusal WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- crypto_dek.active_before
SELECT d.id, d.scope, d.owner_id, d.kek_id, d.alg, d.state, d.wrapped, d.created_at FROM crypto_dek d WHERE d.id > $1 AND d.scope = 'requester' AND d.state = 'active' AND d.created_at < $2 ORDER BY d.id FETCH FIRST $3 ROWS ONLY;

-- crypto_dek.active_lock
SELECT id FROM crypto_dek WHERE id = ANY($1) AND state = 'active' ORDER BY id FOR UPDATE;

-- crypto_dek.add_writes
UPDATE crypto_dek SET writes = writes + $1 WHERE id = $2;

-- crypto_dek.add_writes (many rows)
UPDATE crypto_dek SET writes = crypto_dek.writes + f.n FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[])) AS f (id, n) WHERE crypto_dek.id = f.id;

-- crypto_dek.all_index_keys
SELECT d.id, d.scope, d.owner_id, d.kek_id, d.alg, d.state, d.wrapped, d.created_at FROM crypto_dek d WHERE d.scope = 'index' ORDER BY d.id;

-- crypto_dek.by_ids
SELECT id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes FROM crypto_dek WHERE id = ANY($1);

-- crypto_dek.by_scope
SELECT id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes FROM crypto_dek WHERE scope = $1 AND state = $2 FETCH FIRST $3 ROWS ONLY;

-- crypto_dek.counts
SELECT d.kek_id, d.scope, d.state, COUNT(*) AS keys FROM crypto_dek d GROUP BY d.kek_id, d.scope, d.state ORDER BY d.kek_id, d.scope, d.state;

-- crypto_dek.destroy
UPDATE crypto_dek SET state = 'destroyed', wrapped = $1 WHERE id = ANY($2);

-- crypto_dek.index_keys
SELECT id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes FROM crypto_dek WHERE scope = $1 ORDER BY id asc;

-- crypto_dek.insert
INSERT INTO crypto_dek (id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- crypto_dek.insert_many
INSERT INTO crypto_dek (id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- crypto_dek.insert_many (many rows)
INSERT INTO crypto_dek (id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes) SELECT * FROM unnest(CAST($1 AS bigint[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS varchar[]), CAST($5 AS bigint[]), CAST($6 AS varchar[]), CAST($7 AS bytea[]), CAST($8 AS timestamp[]), CAST($9 AS bigint[]));

-- crypto_dek.installation_key
SELECT d.id, d.scope, d.owner_id, d.kek_id, d.alg, d.state, d.wrapped, d.created_at FROM crypto_dek d WHERE d.scope = 'installation' AND d.state = $1 ORDER BY d.id FETCH FIRST 1 ROWS ONLY;

-- crypto_dek.need_kek
SELECT COUNT(*) AS keys FROM crypto_dek WHERE kek_id = $1 AND state <> 'destroyed';

-- crypto_dek.of_owners
SELECT d.id, CASE WHEN a.dek_id IS NULL THEN 0 ELSE 1 END AS is_archived FROM crypto_dek d LEFT JOIN archived_dek a ON a.dek_id = d.id WHERE d.owner_id = ANY($1) AND d.scope = 'requester' AND d.state <> 'destroyed';

-- crypto_dek.one
SELECT d.id, d.scope, d.owner_id, d.kek_id, d.alg, d.state, d.wrapped, d.created_at FROM crypto_dek d WHERE d.id = $1;

-- crypto_dek.own_activate
UPDATE crypto_dek SET state = 'active' WHERE id = $1 AND scope = $2 AND state = 'pre_active';

-- crypto_dek.own_step_back
UPDATE crypto_dek SET state = 'decrypt_only' WHERE scope = $1 AND state = 'active';

-- crypto_dek.retire
UPDATE crypto_dek SET state = 'decrypt_only' WHERE id = ANY($1) AND state = 'active';

-- crypto_dek.rewrap
UPDATE crypto_dek SET wrapped = $1, kek_id = $2 WHERE id = $3 AND kek_id = $4 AND state <> 'destroyed';

-- crypto_dek.rewrap (many rows)
UPDATE crypto_dek SET wrapped = f.wrapped, kek_id = f.kek_id FROM unnest(CAST($1 AS bigint[]), CAST($2 AS varchar[]), CAST($3 AS varchar[]), CAST($4 AS bytea[])) AS f (id, old_kek_id, kek_id, wrapped) WHERE crypto_dek.id = f.id AND crypto_dek.kek_id = f.old_kek_id AND crypto_dek.state <> 'destroyed';

-- crypto_dek.step_back
UPDATE crypto_dek SET state = 'decrypt_only' WHERE id = ANY($1) AND state = 'active';

-- crypto_dek.successors
SELECT d.id, a.id AS active_id FROM crypto_dek d JOIN crypto_dek a ON a.owner_id = d.owner_id AND a.scope = d.scope AND a.state = 'active' WHERE d.id = ANY($1) AND d.state = 'decrypt_only';

-- crypto_dek.under_others
SELECT d.id, d.scope, d.owner_id, d.kek_id, d.alg, d.state, d.wrapped, d.created_at FROM crypto_dek d WHERE d.id > $1 AND d.kek_id <> $2 AND d.state <> 'destroyed' ORDER BY d.id FETCH FIRST $3 ROWS ONLY;

-- crypto_dek.worn
SELECT d.id, d.scope, d.owner_id, d.kek_id, d.alg, d.state, d.wrapped, d.created_at FROM crypto_dek d WHERE d.id = ANY($1) AND d.writes >= $2 AND d.state = 'active' AND d.scope <> 'index' ORDER BY d.id;

-- custom_record.by_key
SELECT record_type, record_id, version FROM custom_record WHERE record_type = $1 AND record_id = $2;

-- custom_record.conversation.owned
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'conversation' ORDER BY record_type, record_id FETCH FIRST $2 ROWS ONLY;

-- custom_record.conversation.owned_next
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'conversation' AND record_type >= $2 AND (record_type > $2 OR (record_id > $3)) ORDER BY record_type, record_id FETCH FIRST $4 ROWS ONLY;

-- custom_record.conversation.owned_whole
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'conversation' FETCH FIRST $2 ROWS ONLY;

-- custom_record.conversation.remove_owned
DELETE FROM custom_record WHERE record_id = ANY($1) AND record_type = 'conversation';

-- custom_record.insert
INSERT INTO custom_record (record_type, record_id, version) VALUES ($1, $2, $3);

-- custom_record.move
UPDATE custom_record SET version = $1 WHERE record_type = $2 AND record_id = $3 AND version = $4;

-- custom_record.requester.owned
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'requester' ORDER BY record_type, record_id FETCH FIRST $2 ROWS ONLY;

-- custom_record.requester.owned_next
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'requester' AND record_type >= $2 AND (record_type > $2 OR (record_id > $3)) ORDER BY record_type, record_id FETCH FIRST $4 ROWS ONLY;

-- custom_record.requester.owned_whole
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'requester' FETCH FIRST $2 ROWS ONLY;

-- custom_record.requester.remove_owned
DELETE FROM custom_record WHERE record_id = ANY($1) AND record_type = 'requester';

-- custom_record.ticket.owned
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'ticket' ORDER BY record_type, record_id FETCH FIRST $2 ROWS ONLY;

-- custom_record.ticket.owned_next
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'ticket' AND record_type >= $2 AND (record_type > $2 OR (record_id > $3)) ORDER BY record_type, record_id FETCH FIRST $4 ROWS ONLY;

-- custom_record.ticket.owned_whole
SELECT record_type, record_id, version FROM custom_record WHERE record_id = ANY($1) AND record_type = 'ticket' FETCH FIRST $2 ROWS ONLY;

-- custom_record.ticket.remove_owned
DELETE FROM custom_record WHERE record_id = ANY($1) AND record_type = 'ticket';

-- custom_role.active
SELECT id, name_zh, name_en, name_key, nature, takes_work, permissions, state, created_at, version FROM custom_role WHERE state = $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- custom_role.by_id
SELECT id, name_zh, name_en, name_key, nature, takes_work, permissions, state, created_at, version FROM custom_role WHERE id = $1;

-- custom_role.by_ids
SELECT id, name_zh, name_en, name_key, nature, takes_work, permissions, state, created_at, version FROM custom_role WHERE id = ANY($1);

-- custom_role.holders
SELECT COUNT(*) AS holders FROM account_role WHERE role = $1;

-- custom_role.insert
INSERT INTO custom_role (id, name_zh, name_en, name_key, nature, takes_work, permissions, state, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- custom_role.update
UPDATE custom_role SET name_zh = $1, name_en = $2, name_key = $3, takes_work = $4, permissions = $5, state = $6, version = $7 WHERE id = $8 AND version = $9;

-- custom_value.conversation.owned
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'conversation' ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- custom_value.conversation.owned_next
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'conversation' AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- custom_value.conversation.owned_whole
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'conversation' FETCH FIRST $2 ROWS ONLY;

-- custom_value.conversation.remove_owned
DELETE FROM custom_value WHERE record_id = ANY($1) AND record_type = 'conversation';

-- custom_value.hash
UPDATE custom_value SET value_bix = $1, value_last4_bix = $2, value_prefix_bix = $3, index_version = $4 WHERE id = $5;

-- custom_value.hash_page
SELECT p.id, p.record_type, p.field_key, p.value_enc FROM (SELECT s.id, s.record_type, s.field_key, s.value_enc, s.index_version FROM custom_value s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p WHERE p.index_version <> $3 ORDER BY p.id FETCH FIRST $4 ROWS ONLY;

-- custom_value.insert
INSERT INTO custom_value (id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- custom_value.of_choice
SELECT id FROM custom_value WHERE record_type = $1 AND field_key = $2 AND choice_value = $3 FETCH FIRST $4 ROWS ONLY;

-- custom_value.of_field
SELECT id FROM custom_value WHERE record_type = $1 AND field_key = $2 FETCH FIRST $3 ROWS ONLY;

-- custom_value.of_keys
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_type = $1 AND record_id = ANY($2) AND field_key = ANY($3) ORDER BY record_id, field_key, ordinal FETCH FIRST $4 ROWS ONLY;

-- custom_value.of_records
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_type = $1 AND record_id = ANY($2) ORDER BY record_id asc, field_key asc, ordinal asc FETCH FIRST $3 ROWS ONLY;

-- custom_value.other_version
SELECT COUNT(*) AS row_count FROM (SELECT s.id, s.index_version FROM custom_value s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p WHERE p.index_version <> $3;

-- custom_value.remove_field
DELETE FROM custom_value WHERE record_type = $1 AND record_id = $2 AND field_key = $3;

-- custom_value.requester.owned
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'requester' ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- custom_value.requester.owned_next
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'requester' AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- custom_value.requester.owned_whole
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'requester' FETCH FIRST $2 ROWS ONLY;

-- custom_value.requester.remove_owned
DELETE FROM custom_value WHERE record_id = ANY($1) AND record_type = 'requester';

-- custom_value.reseal
UPDATE custom_value SET value_enc = $1 WHERE id = $2 AND value_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- custom_value.reseal (many rows)
UPDATE custom_value SET value_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE custom_value.id = f.id AND custom_value.value_enc IS NOT DISTINCT FROM f.old0;

-- custom_value.sealed
SELECT id, value_enc FROM custom_value ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- custom_value.sealed_next
SELECT id, value_enc FROM custom_value WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- custom_value.span_end
SELECT p.id FROM (SELECT s.id FROM custom_value s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p ORDER BY p.id DESC FETCH FIRST 1 ROWS ONLY;

-- custom_value.ticket.owned
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'ticket' ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- custom_value.ticket.owned_next
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'ticket' AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- custom_value.ticket.owned_whole
SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix, value_last4_bix, value_prefix_bix, index_version FROM custom_value WHERE record_id = ANY($1) AND record_type = 'ticket' FETCH FIRST $2 ROWS ONLY;

-- custom_value.ticket.remove_owned
DELETE FROM custom_value WHERE record_id = ANY($1) AND record_type = 'ticket';

-- custom_value_token.conversation.remove_owned
DELETE FROM custom_value_token WHERE value_id IN (SELECT v.id FROM custom_value v WHERE v.record_type = 'conversation' AND v.record_id = ANY($1));

-- custom_value_token.put
INSERT INTO custom_value_token (value_id, tokens) VALUES ($1, CAST($2 AS bigint[]));

-- custom_value_token.remove
DELETE FROM custom_value_token WHERE value_id = $1;

-- custom_value_token.remove_field
DELETE FROM custom_value_token WHERE value_id IN (SELECT v.id FROM custom_value v WHERE v.record_type = $1 AND v.record_id = $2 AND v.field_key = $3);

-- custom_value_token.requester.remove_owned
DELETE FROM custom_value_token WHERE value_id IN (SELECT v.id FROM custom_value v WHERE v.record_type = 'requester' AND v.record_id = ANY($1));

-- custom_value_token.ticket.remove_owned
DELETE FROM custom_value_token WHERE value_id IN (SELECT v.id FROM custom_value v WHERE v.record_type = 'ticket' AND v.record_id = ANY($1));

-- database.traits
SELECT current_setting('server_encoding') AS charset, current_setting('server_version') AS version, (SELECT string_agg(name, ', ') FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off') AS switched_off FROM pg_database WHERE datname = current_database();

-- database_copy.end
UPDATE database_copy SET state = $1, verified_at = $2 WHERE installation_id = $3 AND state = $4;

-- database_copy.first
SELECT installation_id, state, started_at, verified_at FROM database_copy ORDER BY started_at asc FETCH FIRST $1 ROWS ONLY;

-- database_copy.insert
INSERT INTO database_copy (installation_id, state, started_at, verified_at) VALUES ($1, $2, $3, $4);

-- dead_letter.insert
INSERT INTO dead_letter (id, event_id, handler, at, error_code, attempts) VALUES ($1, $2, $3, $4, $5, $6);

-- egress_rule.approved
SELECT id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version FROM egress_rule WHERE state = 'approved' ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- egress_rule.by_id
SELECT id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version FROM egress_rule WHERE id = $1;

-- egress_rule.by_place
SELECT id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version FROM egress_rule WHERE owner = $1 AND protocol = $2 AND host = $3 AND port = $4;

-- egress_rule.insert
INSERT INTO egress_rule (id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- egress_rule.of_owners
SELECT id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version FROM egress_rule WHERE owner = ANY($1) ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- egress_rule.page
SELECT id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version FROM egress_rule ORDER BY asked_at desc, id desc FETCH FIRST $1 ROWS ONLY;

-- egress_rule.page (next page)
SELECT id, owner, protocol, host, port, addresses, reason, state, asked_by_id, asked_at, decided_by_id, decided_at, version FROM egress_rule WHERE asked_at <= $1 AND (asked_at < $1 OR (id < $2)) ORDER BY asked_at desc, id desc FETCH FIRST $3 ROWS ONLY;

-- egress_rule.remove
DELETE FROM egress_rule WHERE id = $1;

-- egress_rule.update
UPDATE egress_rule SET addresses = $1, reason = $2, state = $3, asked_by_id = $4, asked_at = $5, decided_by_id = $6, decided_at = $7, version = $8 WHERE id = $9 AND version = $10;

-- erasure.archived
SELECT COUNT(*) AS keys FROM archived_dek a JOIN crypto_dek d ON d.id = a.dek_id WHERE d.owner_id = $1 AND d.state <> 'destroyed';

-- erasure.by_id
SELECT id, requester_id, state, asked_by_id, approved_by_id, started_at, finished_at, report FROM erasure WHERE id = $1;

-- erasure.custom_value
DELETE FROM custom_value WHERE record_id = $1 OR record_id IN (SELECT t.id FROM ticket t WHERE t.requester_id = $1) OR record_id IN (SELECT c.id FROM conversation c WHERE c.requester_id = $1);

-- erasure.custom_value_token
DELETE FROM custom_value_token WHERE value_id IN (SELECT v.id FROM custom_value v WHERE v.record_id = $1 OR v.record_id IN (SELECT t.id FROM ticket t WHERE t.requester_id = $1) OR v.record_id IN (SELECT c.id FROM conversation c WHERE c.requester_id = $1));

-- erasure.finish
UPDATE erasure SET state = $1, finished_at = $2, report = $3 WHERE id = $4 AND state = 'destroying';

-- erasure.insert
INSERT INTO erasure (id, requester_id, state, asked_by_id, approved_by_id, started_at, finished_at, report) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- erasure.message_token
DELETE FROM message_token WHERE conversation_id IN (SELECT c.id FROM conversation c WHERE c.requester_id = $1);

-- erasure.page
SELECT id, requester_id, state, asked_by_id, approved_by_id, started_at, finished_at, report FROM erasure WHERE started_at <= $1 AND (started_at < $1 OR id < $2) ORDER BY started_at DESC, id DESC FETCH FIRST $3 ROWS ONLY;

-- erasure.requester
UPDATE requester SET external_enc = NULL, external_bix = NULL, name_enc = NULL, name_bix = NULL, name_prefix_bix = NULL, phone_enc = NULL, phone_bix = NULL, phone_last4_bix = NULL, email_enc = NULL, email_bix = NULL, id_number_enc = NULL, id_number_bix = NULL, version = version + 1 WHERE id = $1 AND (external_enc IS NOT NULL OR name_enc IS NOT NULL OR phone_enc IS NOT NULL OR email_enc IS NOT NULL OR id_number_enc IS NOT NULL);

-- erasure.requester_reveal
DELETE FROM requester_reveal WHERE requester_id = $1;

-- erasure.requester_token
DELETE FROM requester_token WHERE requester_id = $1;

-- erasure.stored_file
SELECT f.id FROM stored_file f WHERE f.requester_id = $1 FETCH FIRST $2 ROWS ONLY;

-- erasure.ticket_token
DELETE FROM ticket_token WHERE ticket_id IN (SELECT t.id FROM ticket t WHERE t.requester_id = $1);

-- erasure.visitor_session
DELETE FROM visitor_session WHERE requester_id = $1;

-- erasure_ack.insert
INSERT INTO erasure_ack (erasure_id, node_id, at) VALUES ($1, $2, $3);

-- erasure_ack.of
SELECT erasure_id, node_id, at FROM erasure_ack WHERE erasure_id = $1 FETCH FIRST $2 ROWS ONLY;

-- evaluation.any_of_unit
SELECT 1 AS found FROM evaluation WHERE unit_id = $1 FETCH FIRST 1 ROWS ONLY;

-- evaluation.count_of_unit
SELECT COUNT(*) AS record_count FROM (SELECT x.id FROM evaluation x WHERE x.unit_id = $1 FETCH FIRST $2 ROWS ONLY) y;

-- evaluation.give_to_unit
UPDATE evaluation SET unit_id = $1, version = version + 1 WHERE id = ANY($2);

-- evaluation.hand_over_unit
UPDATE evaluation SET unit_id = $1 WHERE id IN (SELECT x.id FROM evaluation x WHERE x.unit_id = $2 FETCH FIRST $3 ROWS ONLY);

-- evaluation.ids_of_unit
SELECT id FROM evaluation WHERE unit_id = $1 FETCH FIRST $2 ROWS ONLY;

-- evaluation.insert
INSERT INTO evaluation (id, conversation_id, agent_id, unit_id, score_card_id, score_card_version, score, state, is_fatal, findings_count, evaluated_at, rescored_by, rescored_at, reason_enc, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- evaluation.list
SELECT e.id, e.conversation_id, e.agent_id, e.score, e.state, e.is_fatal, e.findings_count, e.evaluated_at, e.version FROM evaluation e WHERE e.evaluated_at <= $1 AND (e.evaluated_at < $1 OR e.id < $2) AND (e.state = $3 OR $3 IS NULL) AND (e.score < $4 OR $4 IS NULL) ORDER BY e.evaluated_at DESC, e.id DESC FETCH FIRST $5 ROWS ONLY;

-- evaluation.list_in_state
SELECT e.id, e.conversation_id, e.agent_id, e.score, e.state, e.is_fatal, e.findings_count, e.evaluated_at, e.version FROM evaluation e WHERE e.state = $1 AND e.evaluated_at <= $2 AND (e.evaluated_at < $2 OR e.id < $3) AND (e.state = $1 OR $1 IS NULL) AND (e.score < $4 OR $4 IS NULL) AND (e.agent_id = $5 OR e.agent_id IS NULL OR $5 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $6 AND s.unit_id = e.unit_id AND s.depth <= $7) ORDER BY e.evaluated_at DESC, e.id DESC FETCH FIRST $8 ROWS ONLY;

-- evaluation.list_narrow
SELECT e.id, e.conversation_id, e.agent_id, e.score, e.state, e.is_fatal, e.findings_count, e.evaluated_at, e.version FROM (SELECT g.id FROM (SELECT s.unit_id, h.evaluated_at, h.id FROM unit_closure s CROSS JOIN LATERAL (SELECT e.evaluated_at, e.id FROM evaluation e WHERE e.unit_id = s.unit_id AND e.evaluated_at <= $1 AND (e.evaluated_at < $1 OR e.id < $2) AND (e.state = $3 OR $3 IS NULL) AND (e.score < $4 OR $4 IS NULL) ORDER BY e.evaluated_at DESC, e.id DESC FETCH FIRST 1 ROWS ONLY) h WHERE s.ancestor_id = $5 ORDER BY h.evaluated_at DESC, h.id DESC FETCH FIRST $6 ROWS ONLY) u CROSS JOIN LATERAL (SELECT e.evaluated_at, e.id FROM evaluation e WHERE e.unit_id = u.unit_id AND e.evaluated_at <= $1 AND (e.evaluated_at < $1 OR e.id < $2) AND (e.state = $3 OR $3 IS NULL) AND (e.score < $4 OR $4 IS NULL) ORDER BY e.evaluated_at DESC, e.id DESC FETCH FIRST $6 ROWS ONLY) g ORDER BY g.evaluated_at DESC, g.id DESC FETCH FIRST $6 ROWS ONLY) f JOIN evaluation e ON e.id = f.id ORDER BY e.evaluated_at DESC, e.id DESC;

-- evaluation.list_of_agent
SELECT e.id, e.conversation_id, e.agent_id, e.score, e.state, e.is_fatal, e.findings_count, e.evaluated_at, e.version FROM evaluation e WHERE e.agent_id = $1 AND e.evaluated_at <= $2 AND (e.evaluated_at < $2 OR e.id < $3) AND (e.state = $4 OR $4 IS NULL) AND (e.score < $5 OR $5 IS NULL) AND (e.agent_id = $6 OR e.agent_id IS NULL OR $6 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $7 AND s.unit_id = e.unit_id AND s.depth <= $8) ORDER BY e.evaluated_at DESC, e.id DESC FETCH FIRST $9 ROWS ONLY;

-- evaluation.list_unit
SELECT e.id, e.conversation_id, e.agent_id, e.score, e.state, e.is_fatal, e.findings_count, e.evaluated_at, e.version FROM evaluation e WHERE e.unit_id = $1 AND (e.agent_id = $2 OR e.agent_id IS NULL OR $2 IS NULL) AND e.evaluated_at <= $3 AND (e.evaluated_at < $3 OR e.id < $4) AND (e.state = $5 OR $5 IS NULL) AND (e.score < $6 OR $6 IS NULL) ORDER BY e.evaluated_at DESC, e.id DESC FETCH FIRST $7 ROWS ONLY;

-- evaluation.list_wide
SELECT e.id, e.conversation_id, e.agent_id, e.score, e.state, e.is_fatal, e.findings_count, e.evaluated_at, e.version FROM (SELECT p.id FROM (SELECT e.id, e.evaluated_at, e.unit_id FROM evaluation e WHERE e.evaluated_at <= $1 AND (e.evaluated_at < $1 OR e.id < $2) AND (e.state = $3 OR $3 IS NULL) AND (e.score < $4 OR $4 IS NULL) ORDER BY e.evaluated_at DESC, e.id DESC FETCH FIRST $5 ROWS ONLY) p CROSS JOIN LATERAL (SELECT s.depth FROM unit_closure s WHERE s.ancestor_id = $6 AND s.unit_id = p.unit_id FETCH FIRST 1 ROWS ONLY) w ORDER BY p.evaluated_at DESC, p.id DESC FETCH FIRST $7 ROWS ONLY) f JOIN evaluation e ON e.id = f.id ORDER BY e.evaluated_at DESC, e.id DESC;

-- evaluation.lock_figures
SELECT id, unit_id, evaluated_at, score FROM evaluation WHERE id = ANY($1) FOR UPDATE;

-- evaluation.lock_owned
SELECT id, unit_id, evaluated_at, score FROM evaluation WHERE conversation_id = ANY($1) FOR UPDATE;

-- evaluation.of_conversation
SELECT id FROM evaluation WHERE conversation_id = $1;

-- evaluation.of_conversations
SELECT e.id, e.conversation_id, e.agent_id, e.rescored_by, e.evaluated_at, e.rescored_at FROM evaluation e WHERE e.conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- evaluation.owned
SELECT id, conversation_id, agent_id, unit_id, score_card_id, score_card_version, score, state, is_fatal, findings_count, evaluated_at, rescored_by, rescored_at, reason_enc, version FROM evaluation WHERE conversation_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- evaluation.owned_next
SELECT id, conversation_id, agent_id, unit_id, score_card_id, score_card_version, score, state, is_fatal, findings_count, evaluated_at, rescored_by, rescored_at, reason_enc, version FROM evaluation WHERE conversation_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- evaluation.owned_whole
SELECT id, conversation_id, agent_id, unit_id, score_card_id, score_card_version, score, state, is_fatal, findings_count, evaluated_at, rescored_by, rescored_at, reason_enc, version FROM evaluation WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- evaluation.remove_owned
DELETE FROM evaluation WHERE conversation_id = ANY($1);

-- evaluation.rescore
UPDATE evaluation SET score = $1, state = $2, is_fatal = $3, findings_count = $4, rescored_by = $5, rescored_at = $6, reason_enc = $7, version = $8 WHERE id = $9 AND version = $10;

-- evaluation.reseal
UPDATE evaluation SET reason_enc = $1 WHERE id = $2 AND reason_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- evaluation.reseal (many rows)
UPDATE evaluation SET reason_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE evaluation.id = f.id AND evaluation.reason_enc IS NOT DISTINCT FROM f.old0;

-- evaluation.sealed
SELECT id, reason_enc FROM evaluation ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- evaluation.sealed_next
SELECT id, reason_enc FROM evaluation WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- evaluation.within
SELECT x.id, x.conversation_id, x.agent_id, x.unit_id, x.score_card_id, x.score_card_version, x.score, x.state, x.is_fatal, x.findings_count, x.evaluated_at, x.rescored_by, x.rescored_at, x.reason_enc, x.version FROM evaluation x WHERE x.id = $1 AND (x.agent_id = $2 OR x.agent_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = x.unit_id AND s.depth <= $4);

-- evaluation_criterion.insert
INSERT INTO evaluation_criterion (evaluation_id, criterion_id, points, is_met, evidence, remark_enc) VALUES ($1, $2, $3, $4, $5, $6);

-- evaluation_criterion.of
SELECT evaluation_id, criterion_id, points, is_met, evidence, remark_enc FROM evaluation_criterion WHERE evaluation_id = $1;

-- evaluation_criterion.owned
SELECT c.evaluation_id, c.criterion_id, c.points, c.is_met, c.evidence, c.remark_enc FROM evaluation_criterion c JOIN evaluation e ON e.id = c.evaluation_id WHERE e.conversation_id = ANY($1);

-- evaluation_criterion.remove_owned
DELETE FROM evaluation_criterion WHERE evaluation_id IN (SELECT e.id FROM evaluation e WHERE e.conversation_id = ANY($1));

-- evaluation_criterion.rescore
UPDATE evaluation_criterion SET points = $1, is_met = $2, remark_enc = $3 WHERE evaluation_id = $4 AND criterion_id = $5;

-- evaluation_criterion.reseal
UPDATE evaluation_criterion SET remark_enc = $1 WHERE evaluation_id = $2 AND criterion_id = $3 AND remark_enc IS NOT DISTINCT FROM CAST($4 AS bytea);

-- evaluation_criterion.reseal (many rows)
UPDATE evaluation_criterion SET remark_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS varchar[]), CAST($3 AS bytea[]), CAST($4 AS bytea[])) AS f (evaluation_id, criterion_id, next0, old0) WHERE evaluation_criterion.evaluation_id = f.evaluation_id AND evaluation_criterion.criterion_id = f.criterion_id AND evaluation_criterion.remark_enc IS NOT DISTINCT FROM f.old0;

-- evaluation_criterion.sealed
SELECT evaluation_id, criterion_id, remark_enc FROM evaluation_criterion ORDER BY evaluation_id, criterion_id FETCH FIRST $1 ROWS ONLY;

-- evaluation_criterion.sealed_next
SELECT evaluation_id, criterion_id, remark_enc FROM evaluation_criterion WHERE evaluation_id >= $1 AND (evaluation_id > $1 OR (criterion_id > $2)) ORDER BY evaluation_id, criterion_id FETCH FIRST $3 ROWS ONLY;

-- export_part.insert
INSERT INTO export_part (export_id, part_no, row_count, rows_enc) VALUES ($1, $2, $3, $4);

-- export_part.one
SELECT export_id, part_no, row_count, rows_enc FROM export_part WHERE export_id = $1 AND part_no = $2;

-- export_part.remove
DELETE FROM export_part WHERE export_id = $1;

-- export_part.reseal
UPDATE export_part SET rows_enc = $1 WHERE export_id = $2 AND part_no = $3 AND rows_enc IS NOT DISTINCT FROM CAST($4 AS bytea);

-- export_part.reseal (many rows)
UPDATE export_part SET rows_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS bytea[]), CAST($4 AS bytea[])) AS f (export_id, part_no, next0, old0) WHERE export_part.export_id = f.export_id AND export_part.part_no = f.part_no AND export_part.rows_enc IS NOT DISTINCT FROM f.old0;

-- export_part.sealed
SELECT export_id, part_no, rows_enc FROM export_part ORDER BY export_id, part_no FETCH FIRST $1 ROWS ONLY;

-- export_part.sealed_next
SELECT export_id, part_no, rows_enc FROM export_part WHERE export_id >= $1 AND (export_id > $1 OR (part_no > $2)) ORDER BY export_id, part_no FETCH FIRST $3 ROWS ONLY;

-- export_request.abandoned
SELECT e.id, j.error_code FROM export_request e JOIN job j ON j.id = e.job_id WHERE e.state IN ('queued', 'running') AND j.state IN ('succeeded', 'failed', 'cancelled') ORDER BY e.id FETCH FIRST $1 ROWS ONLY;

-- export_request.asked_count
SELECT COUNT(*) AS asked_count FROM export_request WHERE account_id = $1 AND asked_at >= $2;

-- export_request.by_id
SELECT id, kind, format, lang, offset_minutes, account_id, column_keys, params_enc, is_unmasked, state, job_id, file_id, cursor_text, part_count, row_count, is_collected, size_bytes, error_code, asked_at, ended_at, expires_at, download_count, version, read_scopes, digest_hex FROM export_request WHERE id = $1;

-- export_request.change
UPDATE export_request SET state = $1, job_id = $2, file_id = $3, cursor_text = $4, part_count = $5, row_count = $6, is_collected = $7, size_bytes = $8, error_code = $9, ended_at = $10, expires_at = $11, download_count = $12, version = $13, read_scopes = $14 WHERE id = $15 AND version = $16;

-- export_request.expired
SELECT id FROM export_request WHERE state = 'ready' AND expires_at <= $1 ORDER BY expires_at, id FETCH FIRST $2 ROWS ONLY;

-- export_request.forgotten
SELECT id FROM export_request WHERE ended_at < $1 AND state <> 'ready' ORDER BY ended_at, id FETCH FIRST $2 ROWS ONLY;

-- export_request.insert
INSERT INTO export_request (id, kind, format, lang, offset_minutes, account_id, column_keys, params_enc, is_unmasked, state, job_id, file_id, cursor_text, part_count, row_count, is_collected, size_bytes, error_code, asked_at, ended_at, expires_at, download_count, version, read_scopes, digest_hex) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25);

-- export_request.list
SELECT e.id, e.kind, e.format, e.is_unmasked, e.state, e.row_count, e.is_collected, e.size_bytes, e.error_code, e.asked_at, e.ended_at, e.expires_at, e.download_count, e.digest_hex, e.version, j.done FROM export_request e LEFT JOIN job j ON j.id = e.job_id WHERE e.account_id = $1 AND e.id < $2 ORDER BY e.id DESC FETCH FIRST $3 ROWS ONLY;

-- export_request.open_count
SELECT COUNT(*) AS open_count FROM export_request WHERE account_id = $1 AND state IN ('waiting', 'queued', 'running');

-- export_request.remove
DELETE FROM export_request WHERE id = $1;

-- export_request.reseal
UPDATE export_request SET params_enc = $1 WHERE id = $2 AND params_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- export_request.reseal (many rows)
UPDATE export_request SET params_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE export_request.id = f.id AND export_request.params_enc IS NOT DISTINCT FROM f.old0;

-- export_request.sealed
SELECT id, params_enc FROM export_request ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- export_request.sealed_next
SELECT id, params_enc FROM export_request WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- figure_count.add
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (stage, figure, at, unit_id, bucket, id) DO UPDATE SET amount = figure_count.amount + $7;

-- figure_count.clear
DELETE FROM figure_count WHERE amount IS NOT NULL;

-- figure_count.fresh
SELECT figure, at, unit_id, bucket, id, amount FROM figure_count WHERE stage = 'fresh' ORDER BY figure, at, unit_id, bucket, id FETCH FIRST $1 ROWS ONLY;

-- figure_count.insert
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- figure_count.insert (many rows)
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT * FROM unnest(CAST($1 AS varchar[]), CAST($2 AS varchar[]), CAST($3 AS timestamp(3)[]), CAST($4 AS uuid[]), CAST($5 AS bigint[]), CAST($6 AS uuid[]), CAST($7 AS bigint[]));

-- figure_count.make_bank
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'bank', figure, at, CAST('00000000-0000-7000-8000-000000000001' AS uuid), bucket, CAST('00000000-0000-7000-8000-000000000001' AS uuid), SUM(amount) FROM figure_count WHERE stage = 'unit' GROUP BY figure, at, bucket;

-- figure_count.make_conversation_closed
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'conversation.closed', DATE_TRUNC('hour', x.opened_at), x.first_unit_id, 0, x.first_unit_id, COUNT(*) FROM conversation x WHERE x.state = 'closed' GROUP BY DATE_TRUNC('hour', x.opened_at), x.first_unit_id;

-- figure_count.make_conversation_contained
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'conversation.contained', DATE_TRUNC('hour', x.opened_at), x.first_unit_id, 0, x.first_unit_id, COUNT(*) FROM conversation x WHERE x.state = 'closed' AND x.queued_at IS NULL AND x.assigned_at IS NULL GROUP BY DATE_TRUNC('hour', x.opened_at), x.first_unit_id;

-- figure_count.make_conversation_handed
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'conversation.handed', DATE_TRUNC('hour', x.opened_at), x.first_unit_id, 0, x.first_unit_id, COUNT(*) FROM conversation x WHERE (x.queued_at IS NOT NULL OR x.assigned_at IS NOT NULL) GROUP BY DATE_TRUNC('hour', x.opened_at), x.first_unit_id;

-- figure_count.make_conversation_opened
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'conversation.opened', DATE_TRUNC('hour', x.opened_at), x.first_unit_id, 0, x.first_unit_id, COUNT(*) FROM conversation x GROUP BY DATE_TRUNC('hour', x.opened_at), x.first_unit_id;

-- figure_count.make_conversation_wait
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'conversation.wait', on_hour, first_unit_id, bucket, first_unit_id, COUNT(*) FROM (SELECT DATE_TRUNC('hour', opened_at) AS on_hour, first_unit_id, CAST(ROUND(EXTRACT(EPOCH FROM waited)) AS bigint) AS bucket FROM (SELECT opened_at, first_unit_id, first_response_at - COALESCE(queued_at, opened_at) AS waited FROM conversation WHERE first_response_at IS NOT NULL) answered) sums GROUP BY on_hour, first_unit_id, bucket;

-- figure_count.make_day
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'day', figure, on_day, CAST('00000000-0000-7000-8000-000000000001' AS uuid), bucket, CAST('00000000-0000-7000-8000-000000000001' AS uuid), SUM(amount) FROM (SELECT figure, DATE_TRUNC('day', at) AS on_day, bucket, amount FROM figure_count WHERE stage = 'bank') hours GROUP BY figure, on_day, bucket;

-- figure_count.make_rating_count
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'rating.count', DATE_TRUNC('hour', x.opened_at), x.first_unit_id, 0, x.first_unit_id, COUNT(*) FROM conversation_rating r JOIN conversation x ON x.id = r.conversation_id GROUP BY DATE_TRUNC('hour', x.opened_at), x.first_unit_id;

-- figure_count.make_rating_sum
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'rating.sum', DATE_TRUNC('hour', x.opened_at), x.first_unit_id, 0, x.first_unit_id, SUM(r.score) FROM conversation_rating r JOIN conversation x ON x.id = r.conversation_id GROUP BY DATE_TRUNC('hour', x.opened_at), x.first_unit_id;

-- figure_count.make_robot_answer
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'robot.answer', DATE_TRUNC('hour', t.at), x.first_unit_id, 0, x.first_unit_id, COUNT(*) FROM robot_turn t JOIN conversation x ON x.id = t.conversation_id WHERE t.outcome = 'answer' GROUP BY DATE_TRUNC('hour', t.at), x.first_unit_id;

-- figure_count.make_robot_clarify
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'robot.clarify', DATE_TRUNC('hour', t.at), x.first_unit_id, 0, x.first_unit_id, COUNT(*) FROM robot_turn t JOIN conversation x ON x.id = t.conversation_id WHERE t.outcome = 'clarify' GROUP BY DATE_TRUNC('hour', t.at), x.first_unit_id;

-- figure_count.make_score_count
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'score.count', DATE_TRUNC('hour', x.evaluated_at), x.unit_id, 0, x.unit_id, COUNT(*) FROM evaluation x WHERE x.score IS NOT NULL GROUP BY DATE_TRUNC('hour', x.evaluated_at), x.unit_id;

-- figure_count.make_score_sum
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'score.sum', DATE_TRUNC('hour', x.evaluated_at), x.unit_id, 0, x.unit_id, SUM(x.score) FROM evaluation x WHERE x.score IS NOT NULL GROUP BY DATE_TRUNC('hour', x.evaluated_at), x.unit_id;

-- figure_count.make_ticket_opened
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'ticket.opened', DATE_TRUNC('hour', x.opened_at), x.unit_id, 0, x.unit_id, COUNT(*) FROM ticket x GROUP BY DATE_TRUNC('hour', x.opened_at), x.unit_id;

-- figure_count.make_ticket_solved
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT 'unit', 'ticket.solved', DATE_TRUNC('hour', x.solved_at), x.unit_id, 0, x.unit_id, COUNT(*) FROM ticket x WHERE x.solved_at IS NOT NULL GROUP BY DATE_TRUNC('hour', x.solved_at), x.unit_id;

-- figure_count.remove_fresh
DELETE FROM figure_count WHERE stage = 'fresh' AND figure = $1 AND at >= $2 AND at <= $3 AND id = ANY($4);

-- figure_count.remove_zero
DELETE FROM figure_count WHERE stage = $1 AND figure = $2 AND at = $3 AND unit_id = $4 AND bucket = $5 AND id = $6 AND amount = 0;

-- flow.by_id
SELECT id, flow_key, locale, title, state, owner_id, published_version, draft_version, last_version, updated_at, version FROM flow WHERE id = $1;

-- flow.by_key
SELECT id, flow_key, locale, title, state, owner_id, published_version, draft_version, last_version, updated_at, version FROM flow WHERE locale = $1 AND flow_key = $2;

-- flow.insert
INSERT INTO flow (id, flow_key, locale, title, state, owner_id, published_version, draft_version, last_version, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- flow.list
SELECT id, flow_key, locale, title, state, owner_id, published_version, draft_version, last_version, updated_at, version FROM flow ORDER BY locale desc, flow_key asc FETCH FIRST $1 ROWS ONLY;

-- flow.live
SELECT v.definition, v.version_no FROM flow f JOIN flow_version v ON v.flow_id = f.id AND v.version_no = f.published_version ORDER BY f.locale, f.flow_key FETCH FIRST $1 ROWS ONLY;

-- flow.stamp
SELECT COUNT(*) AS flows, SUM(f.version) AS versions, MAX(f.updated_at) AS changed_at FROM flow f;

-- flow.update
UPDATE flow SET title = $1, state = $2, published_version = $3, draft_version = $4, last_version = $5, updated_at = $6, version = $7 WHERE id = $8 AND version = $9;

-- flow_end.insert
INSERT INTO flow_end (id, conversation_id, locale, flow_key, flow_version, outcome, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- flow_end.owned
SELECT id, conversation_id, locale, flow_key, flow_version, outcome, reason, at FROM flow_end WHERE conversation_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- flow_end.owned_next
SELECT id, conversation_id, locale, flow_key, flow_version, outcome, reason, at FROM flow_end WHERE conversation_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- flow_end.owned_whole
SELECT id, conversation_id, locale, flow_key, flow_version, outcome, reason, at FROM flow_end WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- flow_end.remove_owned
DELETE FROM flow_end WHERE conversation_id = ANY($1);

-- flow_run.by_id
SELECT conversation_id, event_id, state_enc, is_active, started_at, expires_at, version FROM flow_run WHERE conversation_id = $1;

-- flow_run.insert
INSERT INTO flow_run (conversation_id, event_id, state_enc, is_active, started_at, expires_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- flow_run.owned
SELECT conversation_id, event_id, state_enc, is_active, started_at, expires_at, version FROM flow_run WHERE conversation_id = ANY($1) ORDER BY conversation_id FETCH FIRST $2 ROWS ONLY;

-- flow_run.owned_next
SELECT conversation_id, event_id, state_enc, is_active, started_at, expires_at, version FROM flow_run WHERE conversation_id = ANY($1) AND conversation_id > $2 ORDER BY conversation_id FETCH FIRST $3 ROWS ONLY;

-- flow_run.owned_whole
SELECT conversation_id, event_id, state_enc, is_active, started_at, expires_at, version FROM flow_run WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- flow_run.remove_owned
DELETE FROM flow_run WHERE conversation_id = ANY($1);

-- flow_run.reseal
UPDATE flow_run SET state_enc = $1 WHERE conversation_id = $2 AND state_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- flow_run.reseal (many rows)
UPDATE flow_run SET state_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (conversation_id, next0, old0) WHERE flow_run.conversation_id = f.conversation_id AND flow_run.state_enc IS NOT DISTINCT FROM f.old0;

-- flow_run.sealed
SELECT conversation_id, state_enc FROM flow_run ORDER BY conversation_id FETCH FIRST $1 ROWS ONLY;

-- flow_run.sealed_next
SELECT conversation_id, state_enc FROM flow_run WHERE conversation_id > $1 ORDER BY conversation_id FETCH FIRST $2 ROWS ONLY;

-- flow_run.update
UPDATE flow_run SET event_id = $1, state_enc = $2, is_active = $3, started_at = $4, expires_at = $5, version = $6 WHERE conversation_id = $7 AND version = $8;

-- flow_version.by_no
SELECT flow_id, version_no, state, definition, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason FROM flow_version WHERE flow_id = $1 AND version_no = $2;

-- flow_version.insert
INSERT INTO flow_version (flow_id, version_no, state, definition, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- flow_version.move
UPDATE flow_version SET state = $1, approver_id = $2, approved_at = $3, rejected_reason = $4 WHERE flow_id = $5 AND version_no = $6;

-- flow_version.of_flow
SELECT flow_id, version_no, state, definition, author_id, reason, content_hash, created_at, approver_id, approved_at, rejected_reason FROM flow_version WHERE flow_id = $1 ORDER BY version_no desc FETCH FIRST $2 ROWS ONLY;

-- id_block.insert
INSERT INTO id_block (name, next_value) VALUES ($1, $2);

-- id_block.read
SELECT name, next_value FROM id_block WHERE name = $1;

-- id_block.take
UPDATE id_block SET next_value = $1 WHERE name = $2 AND next_value = $3;

-- idempotency_record.by_key
SELECT actor_id, key_hash, body_hash, state, status, answer_enc, created_at FROM idempotency_record WHERE actor_id = $1 AND key_hash = $2;

-- idempotency_record.expire
DELETE FROM idempotency_record WHERE actor_id = $1 AND key_hash = $2 AND created_at < $3;

-- idempotency_record.insert
INSERT INTO idempotency_record (actor_id, key_hash, body_hash, state, status, answer_enc, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- idempotency_record.purge
DELETE FROM idempotency_record WHERE created_at < $1;

-- installation.alive
SELECT COUNT(*) AS alive FROM installation;

-- installation.first
SELECT id, created_at FROM installation ORDER BY created_at asc FETCH FIRST $1 ROWS ONLY;

-- installation.heartbeat
SELECT COUNT(*) AS alive FROM installation;

-- installation.insert
INSERT INTO installation (id, created_at) VALUES ($1, $2);

-- job.add
INSERT INTO job (id, kind, state, cause, job_key, open_key, params, due_at, created_at, actor_type, actor_id, attempts, restarts, claim, claimed_until, is_cancelling, started_at, ended_at, run_state, done, total, run_result, error_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) ON CONFLICT DO NOTHING;

-- job.by_id
SELECT id, kind, state, cause, job_key, open_key, params, due_at, created_at, actor_type, actor_id, attempts, restarts, claim, claimed_until, is_cancelling, started_at, ended_at, run_state, done, total, run_result, error_code FROM job WHERE id = $1;

-- job.cancel_running
UPDATE job SET is_cancelling = 1 WHERE id = $1 AND state = 'running';

-- job.cancel_waiting
UPDATE job SET state = 'cancelled', ended_at = $1, open_key = NULL WHERE id = $2 AND state IN ('queued', 'parked');

-- job.checkpoint
UPDATE job SET run_state = $1, done = $2, total = $3, claimed_until = $4 WHERE id = $5 AND claim = $6 AND is_cancelling = 0;

-- job.claim
UPDATE job SET state = 'running', claim = $1, claimed_until = $2, started_at = $3 WHERE id = $4 AND state = 'queued';

-- job.claimed
SELECT id, kind, state, cause, job_key, open_key, params, due_at, created_at, actor_type, actor_id, attempts, restarts, claim, claimed_until, is_cancelling, started_at, ended_at, run_state, done, total, run_result, error_code FROM job WHERE id = ANY($1) AND state = 'running';

-- job.due_kinds
SELECT DISTINCT kind FROM job WHERE state = 'queued' AND due_at <= $1;

-- job.due_of_kind
SELECT id FROM job WHERE state = 'queued' AND kind = $1 AND due_at <= $2 ORDER BY due_at, id FETCH FIRST $3 ROWS ONLY;

-- job.end
UPDATE job SET state = $1, attempts = $2, run_result = $3, error_code = $4, ended_at = $5, open_key = NULL, claim = NULL, claimed_until = NULL, is_cancelling = 0 WHERE id = $6 AND claim = $7;

-- job.ended_before
SELECT id FROM job WHERE kind = $1 AND ended_at < $2 ORDER BY ended_at, id FETCH FIRST $3 ROWS ONLY;

-- job.ended_kinds
SELECT DISTINCT kind FROM job WHERE ended_at IS NOT NULL ORDER BY kind FETCH FIRST $1 ROWS ONLY;

-- job.ended_newest
SELECT ended_at FROM job WHERE kind = $1 AND ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC FETCH FIRST $2 ROWS ONLY;

-- job.item
SELECT id, kind, state, cause, due_at, created_at, attempts, restarts, is_cancelling, started_at, ended_at, done, total, run_result, error_code FROM job WHERE id = $1;

-- job.last_by_kind
SELECT job.id, job.kind, job.state, job.cause, job.due_at, job.created_at, job.attempts, job.restarts, job.is_cancelling, job.started_at, job.ended_at, job.done, job.total, job.run_result, job.error_code FROM job JOIN ( SELECT kind, MAX(ended_at) AS last_at FROM job WHERE ended_at IS NOT NULL GROUP BY kind) newest ON job.kind = newest.kind AND job.ended_at = newest.last_at ORDER BY job.kind, job.id FETCH FIRST $1 ROWS ONLY;

-- job.list
SELECT id, kind, state, cause, due_at, created_at, attempts, restarts, is_cancelling, started_at, ended_at, done, total, run_result, error_code FROM job WHERE created_at <= $1 AND (created_at < $1 OR id < $2) ORDER BY created_at DESC, id DESC FETCH FIRST $3 ROWS ONLY;

-- job.list_in_state
SELECT id, kind, state, cause, due_at, created_at, attempts, restarts, is_cancelling, started_at, ended_at, done, total, run_result, error_code FROM job WHERE state = $1 AND created_at <= $2 AND (created_at < $2 OR id < $3) ORDER BY created_at DESC, id DESC FETCH FIRST $4 ROWS ONLY;

-- job.list_kind_state
SELECT id, kind, state, cause, due_at, created_at, attempts, restarts, is_cancelling, started_at, ended_at, done, total, run_result, error_code FROM job WHERE kind = $1 AND state = $2 AND created_at <= $3 AND (created_at < $3 OR id < $4) ORDER BY created_at DESC, id DESC FETCH FIRST $5 ROWS ONLY;

-- job.list_of_kind
SELECT id, kind, state, cause, due_at, created_at, attempts, restarts, is_cancelling, started_at, ended_at, done, total, run_result, error_code FROM job WHERE kind = $1 AND created_at <= $2 AND (created_at < $2 OR id < $3) ORDER BY created_at DESC, id DESC FETCH FIRST $4 ROWS ONLY;

-- job.lost
SELECT id FROM job WHERE state = 'running' AND (claimed_until < $1 OR claimed_until > $2) ORDER BY due_at, id FETCH FIRST $3 ROWS ONLY;

-- job.open_of_key
SELECT id, kind, state, cause, job_key, open_key, params, due_at, created_at, actor_type, actor_id, attempts, restarts, claim, claimed_until, is_cancelling, started_at, ended_at, run_state, done, total, run_result, error_code FROM job WHERE open_key = $1;

-- job.park
UPDATE job SET state = 'parked' WHERE state = 'queued' AND kind = $1;

-- job.remove
DELETE FROM job WHERE ended_at IS NOT NULL AND id = ANY($1);

-- job.renew
UPDATE job SET claimed_until = $1 WHERE id = $2 AND claim = $3;

-- job.requeue
UPDATE job SET state = 'queued', attempts = $1, restarts = $2, error_code = $3, due_at = $4, claim = NULL, claimed_until = NULL WHERE id = $5 AND claim = $6;

-- job.retry
UPDATE job SET state = 'queued', attempts = 0, restarts = 0, due_at = $1, ended_at = NULL, error_code = NULL, open_key = $2 WHERE id = $3 AND state IN ('failed', 'cancelled');

-- job.running
SELECT id, kind, state, cause, due_at, created_at, attempts, restarts, is_cancelling, started_at, ended_at, done, total, run_result, error_code FROM job WHERE state = 'running' ORDER BY due_at, id FETCH FIRST $1 ROWS ONLY;

-- job.unpark
UPDATE job SET state = 'queued' WHERE state = 'parked' AND kind = ANY($1);

-- job.waiting_by_kind
SELECT kind, state, COUNT(*) AS jobs FROM job WHERE state IN ('queued', 'parked') GROUP BY kind, state;

-- job.waiting_count
SELECT COUNT(*) AS waiting FROM ( SELECT id FROM job WHERE state = 'queued' AND kind = $1 FETCH FIRST $2 ROWS ONLY) first_ones;

-- job_schedule.add
INSERT INTO job_schedule (kind, cron, is_enabled, next_at, changed_by, changed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- job_schedule.advance
UPDATE job_schedule SET next_at = $1 WHERE kind = $2 AND next_at = $3;

-- job_schedule.all
SELECT kind, cron, is_enabled, next_at, changed_by, changed_at, version FROM job_schedule ORDER BY kind asc FETCH FIRST $1 ROWS ONLY;

-- job_schedule.next_of
SELECT kind, next_at FROM job_schedule WHERE is_enabled = 1 AND kind = ANY($1) ORDER BY kind;

-- job_schedule.of_kind
SELECT kind, cron, is_enabled, next_at, changed_by, changed_at, version FROM job_schedule WHERE kind = $1;

-- job_schedule.set
UPDATE job_schedule SET cron = $1, is_enabled = $2, next_at = $3, changed_by = $4, changed_at = $5, version = $6 WHERE kind = $7 AND version = $8;

-- learning_batch.insert
INSERT INTO learning_batch (id, locale, to_at, to_id, turn_count, proposal_count, measured_count, right_before, right_after, created_at, guard_count, guards_before, guards_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- learning_batch.list
SELECT id, locale, to_at, to_id, turn_count, proposal_count, measured_count, right_before, right_after, created_at, guard_count, guards_before, guards_after FROM learning_batch ORDER BY created_at DESC, id DESC FETCH FIRST $1 ROWS ONLY;

-- learning_batch.newest
SELECT id, locale, to_at, to_id, turn_count, proposal_count, measured_count, right_before, right_after, created_at, guard_count, guards_before, guards_after FROM learning_batch WHERE locale = $1 ORDER BY created_at desc FETCH FIRST $2 ROWS ONLY;

-- learning_member.insert
INSERT INTO learning_member (id, proposal_id, position, conversation_id, message_seq, is_reply) VALUES ($1, $2, $3, $4, $5, $6);

-- learning_member.known
SELECT proposal_id FROM learning_member WHERE conversation_id = $1 AND message_seq = $2 AND is_reply = 0 ORDER BY proposal_id FETCH FIRST 1 ROWS ONLY;

-- learning_member.of_proposals
SELECT id, proposal_id, position, conversation_id, message_seq, is_reply FROM learning_member WHERE proposal_id = ANY($1) ORDER BY proposal_id, position;

-- learning_member.owned
SELECT id, proposal_id, position, conversation_id, message_seq, is_reply FROM learning_member WHERE conversation_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- learning_member.owned_next
SELECT id, proposal_id, position, conversation_id, message_seq, is_reply FROM learning_member WHERE conversation_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- learning_member.owned_whole
SELECT id, proposal_id, position, conversation_id, message_seq, is_reply FROM learning_member WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- learning_member.remove_owned
DELETE FROM learning_member WHERE conversation_id = ANY($1);

-- learning_proposal.by_id
SELECT id, locale, kind, source, state, article_id, score_ppm, batch_id, created_at, decided_by, decided_at, version, asked_count FROM learning_proposal WHERE id = $1;

-- learning_proposal.decide
UPDATE learning_proposal SET state = $1, article_id = $2, decided_by = $3, decided_at = $4, version = $5 WHERE id = $6 AND version = $7;

-- learning_proposal.insert
INSERT INTO learning_proposal (id, locale, kind, source, state, article_id, score_ppm, batch_id, created_at, decided_by, decided_at, version, asked_count) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- learning_proposal.open
SELECT id, locale, kind, source, state, article_id, score_ppm, batch_id, created_at, decided_by, decided_at, version, asked_count FROM learning_proposal WHERE state = 'open' AND id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- lease.drop
UPDATE lease SET until_at = $1 WHERE name = $2 AND holder = $3;

-- lease.free
UPDATE lease SET until_at = $1 WHERE holder = $2 AND until_at > $1;

-- lease.free_of
UPDATE lease SET until_at = $1 WHERE holder LIKE $2 AND until_at > $1;

-- lease.insert
INSERT INTO lease (name, holder, until_at, fence) VALUES ($1, $2, $3, $4);

-- lease.take
UPDATE lease SET holder = $1, until_at = $2, fence = fence + 1 WHERE name = $3 AND (holder = $1 OR until_at < $4 OR until_at > $5);

-- leaver.conversation_count
SELECT COUNT(*) AS conversations FROM conversation WHERE assignee_id = $1 AND state = 'assigned';

-- leaver.conversations
SELECT id, unit_id FROM conversation WHERE assignee_id = $1 AND state = 'assigned' AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- leaver.give_ticket
UPDATE ticket SET assignee_id = $1, skill_group_id = $2, updated_at = $3, version = version + 1 WHERE id = $4 AND assignee_id = $5 AND state <> 'closed';

-- leaver.ticket_count
SELECT COUNT(*) AS tickets FROM ticket WHERE assignee_id = $1 AND state <> 'closed';

-- leaver.tickets
SELECT id, requester_id, skill_group_id, unit_id, version FROM ticket WHERE assignee_id = $1 AND state <> 'closed' ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- leaver.units
SELECT w.unit_id FROM (SELECT c.unit_id FROM conversation c WHERE c.assignee_id = $1 AND c.state = 'assigned' UNION SELECT t.unit_id FROM ticket t WHERE t.assignee_id = $1 AND t.state <> 'closed') w ORDER BY w.unit_id FETCH FIRST $2 ROWS ONLY;

-- legal_hold.active
SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version FROM legal_hold WHERE is_active = $1 ORDER BY placed_at asc, id asc FETCH FIRST $2 ROWS ONLY;

-- legal_hold.by_id
SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version FROM legal_hold WHERE id = $1;

-- legal_hold.confirm
UPDATE legal_hold SET confirmed_by = $1, confirmed_at = $2, version = $3 WHERE id = $4 AND version = $5 AND is_active = 1;

-- legal_hold.count_active
SELECT COUNT(*) AS hold_count FROM legal_hold WHERE is_active = 1;

-- legal_hold.count_due
SELECT COUNT(*) AS due_count FROM legal_hold WHERE is_active = 1 AND (ends_at IS NULL OR ends_at <= $1 OR confirmed_at IS NULL);

-- legal_hold.due
SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version FROM legal_hold WHERE is_active = 1 AND (due_told_at IS NULL OR due_told_at <= $1) AND (ends_at IS NULL OR ends_at <= $2 OR (confirmed_at IS NULL AND placed_at <= $3)) ORDER BY placed_at, id FETCH FIRST $4 ROWS ONLY;

-- legal_hold.extend
UPDATE legal_hold SET ends_at = $1, due_told_at = $2, version = $3 WHERE id = $4 AND version = $5 AND is_active = 1;

-- legal_hold.insert
INSERT INTO legal_hold (id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21);

-- legal_hold.of_requester
SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version FROM legal_hold WHERE requester_id = $1 ORDER BY placed_at desc, id desc FETCH FIRST $2 ROWS ONLY;

-- legal_hold.page
SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active, placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at, ending, version FROM legal_hold WHERE is_active = $1 AND placed_at <= $2 AND (placed_at < $2 OR id < $3) ORDER BY placed_at DESC, id DESC FETCH FIRST $4 ROWS ONLY;

-- legal_hold.release
UPDATE legal_hold SET is_active = $1, released_by = $2, approved_by = $3, released_at = $4, ending = $5, version = $6 WHERE id = $7 AND version = $8 AND is_active = 1;

-- legal_hold.reseal
UPDATE legal_hold SET reason_enc = $1, authority_enc = $2 WHERE id = $3 AND reason_enc IS NOT DISTINCT FROM CAST($4 AS bytea) AND authority_enc IS NOT DISTINCT FROM CAST($5 AS bytea);

-- legal_hold.reseal (many rows)
UPDATE legal_hold SET reason_enc = f.next0, authority_enc = f.next1 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[])) AS f (id, next0, old0, next1, old1) WHERE legal_hold.id = f.id AND legal_hold.reason_enc IS NOT DISTINCT FROM f.old0 AND legal_hold.authority_enc IS NOT DISTINCT FROM f.old1;

-- legal_hold.sealed
SELECT id, reason_enc, authority_enc FROM legal_hold ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- legal_hold.sealed_next
SELECT id, reason_enc, authority_enc FROM legal_hold WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- legal_hold.told
UPDATE legal_hold SET due_told_at = $1 WHERE id = $2 AND is_active = 1;

-- message.after
SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message WHERE conversation_id = $1 AND opened_month = $2 AND seq > $3 ORDER BY seq FETCH FIRST $4 ROWS ONLY;

-- message.batch.merge
UPDATE conversation SET state = $1, skill_group_id = $2, unit_id = $3, assignee_id = $4, last_seq = $5, last_from = $6, last_at = $7, agent_read_seq = $8, robot_misses = $9, handover_reason = $10, queued_at = $11, assigned_at = $12, first_response_at = $13, closed_at = $14, version = $15 WHERE id = $16;

-- message.before
SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message WHERE conversation_id = $1 AND opened_month = $2 AND seq < $3 ORDER BY seq DESC FETCH FIRST $4 ROWS ONLY;

-- message.by_client_id
SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message WHERE conversation_id = $1 AND opened_month = $2 AND id = $3;

-- message.insert
INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- message.owned
SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message WHERE conversation_id = ANY($1) ORDER BY conversation_id, opened_month, seq FETCH FIRST $2 ROWS ONLY;

-- message.owned_next
SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message WHERE conversation_id = ANY($1) AND conversation_id >= $2 AND (conversation_id > $2 OR (opened_month >= $3 AND (opened_month > $3 OR (seq > $4)))) ORDER BY conversation_id, opened_month, seq FETCH FIRST $5 ROWS ONLY;

-- message.owned_whole
SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- message.remove_owned
DELETE FROM message WHERE conversation_id = ANY($1);

-- message.reseal
UPDATE message SET body_enc = $1 WHERE conversation_id = $2 AND opened_month = $3 AND seq = $4 AND body_enc IS NOT DISTINCT FROM CAST($5 AS bytea);

-- message.reseal (many rows)
UPDATE message SET body_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS bytea[]), CAST($5 AS bytea[])) AS f (conversation_id, opened_month, seq, next0, old0) WHERE message.conversation_id = f.conversation_id AND message.opened_month = f.opened_month AND message.seq = f.seq AND message.body_enc IS NOT DISTINCT FROM f.old0;

-- message.sealed
SELECT conversation_id, opened_month, seq, id, body_enc FROM message ORDER BY conversation_id, opened_month, seq FETCH FIRST $1 ROWS ONLY;

-- message.sealed_next
SELECT conversation_id, opened_month, seq, id, body_enc FROM message WHERE conversation_id >= $1 AND (conversation_id > $1 OR (opened_month >= $2 AND (opened_month > $2 OR (seq > $3)))) ORDER BY conversation_id, opened_month, seq FETCH FIRST $4 ROWS ONLY;

-- message_token.hash_page
SELECT m.conversation_id, m.opened_month, m.seq, m.id, m.at, m.body_enc FROM (SELECT q.conversation_id, q.opened_month, q.seq, q.index_version FROM (SELECT k.conversation_id, k.opened_month, k.seq, k.index_version FROM message_token k WHERE k.conversation_id >= $1 AND (k.conversation_id > $1 OR k.seq > $2) ORDER BY k.conversation_id, k.seq FETCH FIRST $3 ROWS ONLY) q) p JOIN message m ON m.conversation_id = p.conversation_id AND m.opened_month = p.opened_month AND m.seq = p.seq WHERE p.index_version <> $4 ORDER BY p.conversation_id, p.seq FETCH FIRST $5 ROWS ONLY;

-- message_token.other_version
SELECT COUNT(*) AS row_count FROM (SELECT q.conversation_id, q.opened_month, q.seq, q.index_version FROM (SELECT k.conversation_id, k.opened_month, k.seq, k.index_version FROM message_token k WHERE k.conversation_id >= $1 AND (k.conversation_id > $1 OR k.seq > $2) ORDER BY k.conversation_id, k.seq FETCH FIRST $3 ROWS ONLY) q) p WHERE p.index_version <> $4;

-- message_token.put
INSERT INTO message_token (conversation_id, opened_month, seq, message_id, at, index_version, tokens) SELECT x.c, x.o, x.s, x.m, x.a, x.v, CAST(x.t AS bigint[]) FROM json_to_recordset(CAST($1 AS json)) AS x(c uuid, o bigint, s bigint, m uuid, a timestamp, v bigint, t text) WHERE EXISTS (SELECT 1 FROM conversation k JOIN crypto_dek d ON d.id = k.dek_id WHERE k.id = x.c AND d.state <> 'destroyed') ON CONFLICT DO NOTHING;

-- message_token.remove_old
DELETE FROM message_token WHERE conversation_id = $1 AND seq = $2;

-- message_token.remove_old (many rows)
DELETE FROM message_token USING unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[])) AS f (conversation_id, seq) WHERE message_token.conversation_id = f.conversation_id AND message_token.seq = f.seq;

-- message_token.remove_owned
DELETE FROM message_token WHERE conversation_id = ANY($1);

-- message_token.search
WITH found AS MATERIALIZED (SELECT k.conversation_id, k.opened_month, k.seq, k.message_id, k.at FROM message_token k WHERE k.tokens @> CAST($1 AS bigint[])) SELECT m.id AS message_id, f.conversation_id, f.seq, m.sender, f.at, m.body_enc, f.state, f.requester_id, r.name_enc, r.is_identified FROM (SELECT k.conversation_id, k.opened_month, k.seq, k.message_id, k.at, c.state, c.requester_id FROM (SELECT k.conversation_id, k.opened_month, k.seq, k.message_id, k.at FROM found k WHERE k.at <= $2 AND (k.at < $2 OR k.message_id < $3) ORDER BY k.at DESC, k.message_id DESC) k CROSS JOIN LATERAL (SELECT q.state, q.requester_id, q.assignee_id, q.skill_group_id, q.unit_id FROM conversation q WHERE q.id = k.conversation_id FETCH FIRST 1 ROWS ONLY) c WHERE ($4 = 1 OR c.assignee_id = $5 OR (c.state = 'queued' AND (c.skill_group_id IS NULL OR c.skill_group_id = ANY($6)))) AND (c.assignee_id = $7 OR c.assignee_id IS NULL OR $7 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $8 AND s.unit_id = c.unit_id AND s.depth <= $9) ORDER BY k.at DESC, k.message_id DESC FETCH FIRST $10 ROWS ONLY) f CROSS JOIN LATERAL (SELECT n.id, n.sender, n.body_enc FROM message n WHERE n.conversation_id = f.conversation_id AND n.opened_month = f.opened_month AND n.seq = f.seq FETCH FIRST 1 ROWS ONLY) m CROSS JOIN LATERAL (SELECT o.name_enc, o.is_identified FROM requester o WHERE o.id = f.requester_id FETCH FIRST 1 ROWS ONLY) r ORDER BY f.at DESC, f.message_id DESC;

-- message_token.search_newest
SELECT m.id AS message_id, f.conversation_id, f.seq, m.sender, f.at, m.body_enc, f.state, f.requester_id, r.name_enc, r.is_identified FROM (SELECT k.conversation_id, k.opened_month, k.seq, k.message_id, k.at, c.state, c.requester_id FROM (SELECT k.conversation_id, k.opened_month, k.seq, k.message_id, k.at FROM (SELECT k.conversation_id, k.opened_month, k.seq, k.message_id, k.at, k.tokens FROM message_token k WHERE k.at <= $1 AND (k.at < $1 OR k.message_id < $2) ORDER BY k.at DESC, k.message_id DESC FETCH FIRST $3 ROWS ONLY) k WHERE k.tokens @> CAST($4 AS bigint[])) k CROSS JOIN LATERAL (SELECT q.state, q.requester_id, q.assignee_id, q.skill_group_id, q.unit_id FROM conversation q WHERE q.id = k.conversation_id FETCH FIRST 1 ROWS ONLY) c WHERE ($5 = 1 OR c.assignee_id = $6 OR (c.state = 'queued' AND (c.skill_group_id IS NULL OR c.skill_group_id = ANY($7)))) AND (c.assignee_id = $8 OR c.assignee_id IS NULL OR $8 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $9 AND s.unit_id = c.unit_id AND s.depth <= $10) ORDER BY k.at DESC, k.message_id DESC FETCH FIRST $11 ROWS ONLY) f CROSS JOIN LATERAL (SELECT n.id, n.sender, n.body_enc FROM message n WHERE n.conversation_id = f.conversation_id AND n.opened_month = f.opened_month AND n.seq = f.seq FETCH FIRST 1 ROWS ONLY) m CROSS JOIN LATERAL (SELECT o.name_enc, o.is_identified FROM requester o WHERE o.id = f.requester_id FETCH FIRST 1 ROWS ONLY) r ORDER BY f.at DESC, f.message_id DESC;

-- message_token.span_end
SELECT p.conversation_id, p.seq FROM (SELECT q.conversation_id, q.opened_month, q.seq, q.index_version FROM (SELECT k.conversation_id, k.opened_month, k.seq, k.index_version FROM message_token k WHERE k.conversation_id >= $1 AND (k.conversation_id > $1 OR k.seq > $2) ORDER BY k.conversation_id, k.seq FETCH FIRST $3 ROWS ONLY) q) p ORDER BY p.conversation_id DESC, p.seq DESC FETCH FIRST 1 ROWS ONLY;

-- message_token.touched
SELECT c.id, c.opened_at FROM conversation c WHERE c.last_at >= $1 AND c.opened_at >= $2 AND (c.opened_at > $2 OR c.id > $3) ORDER BY c.opened_at, c.id FETCH FIRST $4 ROWS ONLY;

-- message_token.unindexed
SELECT m.conversation_id, m.opened_month, m.seq, m.id, m.at, m.body_enc FROM message m WHERE m.conversation_id = ANY($1) AND m.sender IN ('requester', 'agent') AND m.conversation_id >= $2 AND (m.conversation_id > $2 OR m.seq > $3) AND NOT EXISTS (SELECT 1 FROM message_token k WHERE k.conversation_id = m.conversation_id AND k.seq = m.seq) ORDER BY m.conversation_id, m.seq FETCH FIRST $4 ROWS ONLY;

-- note.by_id
SELECT id, conversation_id, author_id, body_enc, at FROM conversation_note WHERE id = $1;

-- note.count
SELECT COUNT(*) AS note_count FROM conversation_note WHERE conversation_id = $1 AND (at < $2 OR (at = $2 AND id <= $3));

-- note.newest
SELECT id, conversation_id, author_id, body_enc, at FROM conversation_note WHERE conversation_id = $1 ORDER BY at desc, id desc FETCH FIRST $2 ROWS ONLY;

-- notice.add
INSERT INTO notice (id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING;

-- notice.before
SELECT id FROM notice WHERE is_read = $1 AND updated_at < $2 ORDER BY updated_at, id FETCH FIRST $3 ROWS ONLY;

-- notice.list
SELECT id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered FROM notice WHERE account_id = $1 ORDER BY updated_at desc, id desc FETCH FIRST $2 ROWS ONLY;

-- notice.list (next page)
SELECT id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered FROM notice WHERE account_id = $1 AND updated_at <= $2 AND (updated_at < $2 OR (id < $3)) ORDER BY updated_at desc, id desc FETCH FIRST $4 ROWS ONLY;

-- notice.list_undelivered
SELECT id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered FROM notice WHERE account_id = $1 AND is_read = $2 AND is_undelivered = 1 ORDER BY updated_at desc, id desc FETCH FIRST $3 ROWS ONLY;

-- notice.list_unread
SELECT id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered FROM notice WHERE account_id = $1 AND is_read = $2 ORDER BY updated_at desc, id desc FETCH FIRST $3 ROWS ONLY;

-- notice.list_unread (next page)
SELECT id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered FROM notice WHERE account_id = $1 AND is_read = $2 AND updated_at <= $3 AND (updated_at < $3 OR (id < $4)) ORDER BY updated_at desc, id desc FETCH FIRST $5 ROWS ONLY;

-- notice.open
SELECT id, post_id, last_post_id, account_id, kind, severity, params, link, open_key, occurrences, created_at, updated_at, is_read, is_undelivered FROM notice WHERE open_key = ANY($1);

-- notice.read
UPDATE notice SET is_read = 1, open_key = NULL WHERE id = $1 AND account_id = $2 AND is_read = 0;

-- notice.read_until
UPDATE notice SET is_read = 1, open_key = NULL WHERE account_id = $1 AND is_read = 0 AND updated_at <= $2;

-- notice.remove
DELETE FROM notice WHERE id = ANY($1);

-- notice.repeat
UPDATE notice SET occurrences = occurrences + 1, params = $1, updated_at = $2, last_post_id = $3 WHERE open_key = $4 AND last_post_id <> $3;

-- notice.undelivered
UPDATE notice SET is_undelivered = 1 WHERE post_id = $1 OR last_post_id = $1;

-- notice.unread_count
SELECT COUNT(*) AS unread FROM ( SELECT id FROM notice WHERE account_id = $1 AND is_read = 0 FETCH FIRST $2 ROWS ONLY) first_ones;

-- notice_delivery.add
INSERT INTO notice_delivery (id, post_id, channel_id, kind, severity, params, link, state, attempts, due_at, created_at, sent_at, error_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING;

-- notice_delivery.before
SELECT id FROM notice_delivery WHERE state = $1 AND created_at < $2 ORDER BY created_at, id FETCH FIRST $3 ROWS ONLY;

-- notice_delivery.by_ids
SELECT id, post_id, channel_id, kind, severity, params, link, state, attempts, due_at, created_at, sent_at, error_code FROM notice_delivery WHERE id = ANY($1) ORDER BY due_at asc, id asc;

-- notice_delivery.counts
SELECT channel_id, state, COUNT(*) AS deliveries FROM notice_delivery WHERE state IN ('queued', 'dead') GROUP BY channel_id, state;

-- notice_delivery.due
SELECT id FROM notice_delivery WHERE channel_id = $1 AND state = 'queued' AND due_at <= $2 ORDER BY due_at, id FETCH FIRST $3 ROWS ONLY;

-- notice_delivery.list
SELECT id, post_id, channel_id, kind, severity, params, link, state, attempts, due_at, created_at, sent_at, error_code FROM notice_delivery WHERE state = $1 ORDER BY created_at desc, id desc FETCH FIRST $2 ROWS ONLY;

-- notice_delivery.list (next page)
SELECT id, post_id, channel_id, kind, severity, params, link, state, attempts, due_at, created_at, sent_at, error_code FROM notice_delivery WHERE state = $1 AND created_at <= $2 AND (created_at < $2 OR (id < $3)) ORDER BY created_at desc, id desc FETCH FIRST $4 ROWS ONLY;

-- notice_delivery.of_channel
SELECT id FROM notice_delivery WHERE channel_id = $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- notice_delivery.queued_count
SELECT COUNT(*) AS queued FROM ( SELECT id FROM notice_delivery WHERE channel_id = $1 AND state = 'queued' FETCH FIRST $2 ROWS ONLY) first_ones;

-- notice_delivery.remove
DELETE FROM notice_delivery WHERE id = ANY($1);

-- notice_delivery.retry
UPDATE notice_delivery SET state = 'queued', attempts = 0, due_at = $1 WHERE id = $2 AND state = 'dead';

-- notice_delivery.set
UPDATE notice_delivery SET state = $1, attempts = $2, due_at = $3, sent_at = $4, error_code = $5 WHERE id = $6;

-- notice_post.insert
INSERT INTO notice_post (id, kind, severity, account_ids, permission, params, link, notice_key, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- notice_post.oldest
SELECT id, kind, severity, account_ids, permission, params, link, notice_key, created_at FROM notice_post ORDER BY created_at asc, id asc FETCH FIRST $1 ROWS ONLY;

-- notice_post.remove
DELETE FROM notice_post WHERE id = $1;

-- notify_channel.all
SELECT id, type, name, is_enabled, min_severity, lang, settings, secret_enc, created_at, changed_by, version, last_sent_at, failing_at, error_code FROM notify_channel ORDER BY created_at asc, id asc FETCH FIRST $1 ROWS ONLY;

-- notify_channel.by_id
SELECT id, type, name, is_enabled, min_severity, lang, settings, secret_enc, created_at, changed_by, version, last_sent_at, failing_at, error_code FROM notify_channel WHERE id = $1;

-- notify_channel.insert
INSERT INTO notify_channel (id, type, name, is_enabled, min_severity, lang, settings, secret_enc, created_at, changed_by, version, last_sent_at, failing_at, error_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- notify_channel.remove
DELETE FROM notify_channel WHERE id = $1 AND version = $2;

-- notify_channel.reseal
UPDATE notify_channel SET secret_enc = $1 WHERE id = $2 AND secret_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- notify_channel.reseal (many rows)
UPDATE notify_channel SET secret_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE notify_channel.id = f.id AND notify_channel.secret_enc IS NOT DISTINCT FROM f.old0;

-- notify_channel.sealed
SELECT id, secret_enc FROM notify_channel ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- notify_channel.sealed_next
SELECT id, secret_enc FROM notify_channel WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- notify_channel.state
UPDATE notify_channel SET last_sent_at = $1, failing_at = $2, error_code = $3 WHERE id = $4;

-- notify_channel.update
UPDATE notify_channel SET name = $1, is_enabled = $2, min_severity = $3, lang = $4, settings = $5, secret_enc = $6, changed_by = $7, version = $8, failing_at = $9, error_code = $10 WHERE id = $11 AND version = $12;

-- opinion.by_aspect
SELECT o.aspect, o.polarity, COUNT(*) AS opinion_count FROM conversation_opinion o WHERE o.closed_at >= $1 AND o.closed_at < $2 AND (o.agent_id = $3 OR o.agent_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = o.unit_id AND s.depth <= $5) GROUP BY o.aspect, o.polarity;

-- opinion.by_day
SELECT TO_CHAR(on_date, 'YYYY-MM-DD') AS on_day, polarity, COUNT(*) AS opinion_count FROM (SELECT CAST(o.closed_at + $1 * INTERVAL '1' MINUTE AS date) AS on_date, o.polarity FROM conversation_opinion o WHERE o.closed_at >= $2 AND o.closed_at < $3 AND (o.agent_id = $4 OR o.agent_id IS NULL OR $4 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $5 AND s.unit_id = o.unit_id AND s.depth <= $6)) said GROUP BY on_date, polarity;

-- opinion.calming
SELECT m.calmed, COUNT(*) AS mood_count, SUM(m.last_mood - m.lowest_mood) AS rise_sum FROM conversation_mood m WHERE m.lowest_mood < 0 AND m.closed_at >= $1 AND m.closed_at < $2 AND (m.agent_id = $3 OR m.agent_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = m.unit_id AND s.depth <= $5) GROUP BY m.calmed;

-- opinion.moods
SELECT COUNT(*) AS mood_count, SUM(m.first_mood) AS first_sum, SUM(m.last_mood) AS last_sum FROM conversation_mood m WHERE m.closed_at >= $1 AND m.closed_at < $2 AND (m.agent_id = $3 OR m.agent_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = m.unit_id AND s.depth <= $5);

-- org_tree.lock
UPDATE org_tree SET version = version + 1 WHERE id = 'tree';

-- org_tree.version
SELECT version FROM org_tree WHERE id = 'tree';

-- org_unit.by_code
SELECT u.id, u.code, u.name, u.kind, u.state, u.depth, p.code AS parent_code, (SELECT COUNT(*) FROM account a WHERE a.unit_id = u.id) AS people_count FROM org_unit u LEFT JOIN org_unit p ON p.id = u.parent_id WHERE u.state <> 'closed' AND u.code > $1 ORDER BY u.code FETCH FIRST $2 ROWS ONLY;

-- org_unit.by_codes
SELECT id, parent_id, kind, name, name_key, code, state, successor_id, depth, created_at, closed_at, version FROM org_unit WHERE code = ANY($1);

-- org_unit.by_id
SELECT id, parent_id, kind, name, name_key, code, state, successor_id, depth, created_at, closed_at, version FROM org_unit WHERE id = $1;

-- org_unit.by_ids
SELECT id, parent_id, kind, name, name_key, code, state, successor_id, depth, created_at, closed_at, version FROM org_unit WHERE id = ANY($1);

-- org_unit.children
SELECT u.id, u.parent_id, u.kind, u.name, u.code, u.state, u.depth, u.version, (SELECT COUNT(*) FROM account a WHERE a.unit_id = u.id) AS people_count, (SELECT COUNT(*) FROM org_unit k WHERE k.parent_id = u.id AND k.state = 'active') AS child_count FROM org_unit u WHERE u.parent_id = $1 AND u.state = 'active' AND u.name_key > $2 ORDER BY u.name_key FETCH FIRST $3 ROWS ONLY;

-- org_unit.close
UPDATE org_unit SET parent_id = $1, name_key = $2, state = $3, successor_id = $4, closed_at = $5, version = $6 WHERE id = $7 AND version = $8;

-- org_unit.closing
SELECT u.id, u.parent_id, u.kind, u.name, u.code, u.state, u.depth, u.version, (SELECT COUNT(*) FROM account a WHERE a.unit_id = u.id) AS people_count, (SELECT COUNT(*) FROM org_unit k WHERE k.parent_id = u.id AND k.state = 'active') AS child_count FROM org_unit u WHERE u.state = 'closing' AND u.id > $1 ORDER BY u.id FETCH FIRST $2 ROWS ONLY;

-- org_unit.count
SELECT COUNT(*) AS unit_count FROM org_unit;

-- org_unit.has_children
SELECT COUNT(*) AS child_count FROM org_unit WHERE parent_id = $1 AND state = 'active';

-- org_unit.hold
UPDATE org_unit SET version = version WHERE id = $1 AND state = 'active';

-- org_unit.in_state
SELECT id, parent_id, kind, name, name_key, code, state, successor_id, depth, created_at, closed_at, version FROM org_unit WHERE state = $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- org_unit.insert
INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, successor_id, depth, created_at, closed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- org_unit.item
SELECT u.id, u.parent_id, u.kind, u.name, u.code, u.state, u.depth, u.version, (SELECT COUNT(*) FROM account a WHERE a.unit_id = u.id) AS people_count, (SELECT COUNT(*) FROM org_unit k WHERE k.parent_id = u.id AND k.state = 'active') AS child_count FROM org_unit u WHERE u.id = $1;

-- org_unit.move
UPDATE org_unit SET parent_id = $1, version = $2 WHERE id = $3 AND version = $4;

-- org_unit.parents
SELECT id, parent_id FROM org_unit ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- org_unit.path
SELECT u.id, u.name FROM unit_closure c JOIN org_unit u ON u.id = c.ancestor_id WHERE c.unit_id = $1 ORDER BY c.depth DESC;

-- org_unit.people
SELECT (SELECT COUNT(*) FROM account a WHERE a.unit_id = $1) + (SELECT COUNT(*) FROM account_role r WHERE r.scope_unit_id = $1) AS people_count FROM org_tree;

-- org_unit.rename
UPDATE org_unit SET name = $1, name_key = $2, code = $3, kind = $4, version = $5 WHERE id = $6 AND version = $7;

-- org_unit.search
SELECT u.id, u.parent_id, u.kind, u.name, u.code, u.state, u.depth, u.version, (SELECT COUNT(*) FROM account a WHERE a.unit_id = u.id) AS people_count, (SELECT COUNT(*) FROM org_unit k WHERE k.parent_id = u.id AND k.state = 'active') AS child_count FROM org_unit u WHERE u.state = 'active' AND u.code > $1 AND (u.name_key LIKE $2 OR u.code LIKE $3) ORDER BY u.code FETCH FIRST $4 ROWS ONLY;

-- org_unit.set_state
UPDATE org_unit SET state = $1 WHERE id = $2 AND state = $3;

-- org_unit.shift_depth
UPDATE org_unit SET depth = depth + $1 WHERE id IN (SELECT d.unit_id FROM unit_closure d WHERE d.ancestor_id = $2);

-- outbox_event.counts
SELECT state, COUNT(*) AS events FROM (SELECT a.state FROM (SELECT e.state FROM outbox_event e WHERE e.state = 0 FETCH FIRST $1 ROWS ONLY) a UNION ALL SELECT b.state FROM (SELECT e.state FROM outbox_event e WHERE e.state = 2 FETCH FIRST $1 ROWS ONLY) b) found GROUP BY state;

-- outbox_event.defer
UPDATE outbox_event SET state = $1, attempts = $2, next_at = $3, last_error_code = $4 WHERE id = $5;

-- outbox_event.insert
INSERT INTO outbox_event (id, position, type, event_key, at, payload, state, attempts, next_at, last_error_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- outbox_event.mark_done
UPDATE outbox_event SET state = $1 WHERE id = ANY($2);

-- outbox_event.pending
SELECT id, position, type, event_key, at, payload, state, attempts, next_at, last_error_code FROM outbox_event WHERE state = $1 ORDER BY position asc, id asc FETCH FIRST $2 ROWS ONLY;

-- outbox_event.pending (next page)
SELECT id, position, type, event_key, at, payload, state, attempts, next_at, last_error_code FROM outbox_event WHERE state = $1 AND position >= $2 AND (position > $2 OR (id > $3)) ORDER BY position asc, id asc FETCH FIRST $4 ROWS ONLY;

-- outbox_event.sweep
DELETE FROM outbox_event WHERE state = $1 AND at < $2;

-- partition.add_month
SELECT made FROM add_month_partition($1, $2) AS made;

-- partition.drop_month
SELECT dropped FROM drop_month_partition($1, $2) AS dropped;

-- partition.list
SELECT CAST(c.relname AS varchar(64)) AS part_name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent IN (to_regclass('message'), to_regclass('audit_event')) ORDER BY c.relname;

-- password_history.insert
INSERT INTO password_history (id, account_id, password_hash, created_at) VALUES ($1, $2, $3, $4);

-- password_history.recent
SELECT id, account_id, password_hash, created_at FROM password_history WHERE account_id = $1 ORDER BY created_at desc, id desc FETCH FIRST $2 ROWS ONLY;

-- password_history.setup_remove
DELETE FROM password_history WHERE account_id = $1;

-- regression_case.count
SELECT COUNT(*) AS cases FROM regression_case WHERE locale = $1;

-- regression_case.insert
INSERT INTO regression_case (id, locale, question, expected_id, is_must, author_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- regression_case.of_locale
SELECT id, locale, question, expected_id, is_must, author_id, created_at FROM regression_case WHERE locale = $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- regression_case.remove
DELETE FROM regression_case WHERE id = $1;

-- regression_run.by_version
SELECT article_id, version_no, locale, is_passed, case_count, findings, at FROM regression_run WHERE article_id = $1 AND version_no = $2;

-- regression_run.insert
INSERT INTO regression_run (article_id, version_no, locale, is_passed, case_count, findings, at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- regression_run.remove
DELETE FROM regression_run WHERE article_id = $1 AND version_no = $2;

-- regression_run.waiting
SELECT a.id, a.draft_version FROM article a WHERE a.state = 'approved' AND a.locale = $1 AND NOT EXISTS (SELECT r.article_id FROM regression_run r WHERE r.article_id = a.id AND r.version_no = a.draft_version) ORDER BY a.updated_at, a.id FETCH FIRST $2 ROWS ONLY;

-- report.bank_per_day
SELECT figure, TO_CHAR(on_date, 'YYYY-MM-DD') AS on_day, SUM(amount) AS amount FROM (SELECT f.figure, CAST(f.at + $1 * INTERVAL '1' MINUTE AS date) AS on_date, f.amount FROM figure_count f WHERE f.stage IN ('fresh', 'bank') AND f.figure IN ('conversation.opened', 'conversation.handed', 'ticket.opened') AND f.at >= $2 AND f.at < $3) hours GROUP BY figure, on_date;

-- report.bank_totals
SELECT figure, SUM(amount) AS amount FROM (SELECT f.figure, f.amount FROM figure_count f WHERE f.stage = 'day' AND f.figure IN ('conversation.closed', 'conversation.contained', 'rating.count', 'rating.sum', 'robot.answer', 'robot.clarify', 'score.count', 'score.sum', 'ticket.solved') AND f.at >= $1 AND f.at < $2 UNION ALL SELECT f.figure, f.amount FROM figure_count f WHERE f.stage = 'bank' AND f.figure IN ('conversation.closed', 'conversation.contained', 'rating.count', 'rating.sum', 'robot.answer', 'robot.clarify', 'score.count', 'score.sum', 'ticket.solved') AND f.at >= $3 AND f.at < $1 UNION ALL SELECT f.figure, f.amount FROM figure_count f WHERE f.stage = 'bank' AND f.figure IN ('conversation.closed', 'conversation.contained', 'rating.count', 'rating.sum', 'robot.answer', 'robot.clarify', 'score.count', 'score.sum', 'ticket.solved') AND f.at >= $2 AND f.at < $4 UNION ALL SELECT f.figure, f.amount FROM figure_count f WHERE f.stage = 'fresh' AND f.figure IN ('conversation.closed', 'conversation.contained', 'rating.count', 'rating.sum', 'robot.answer', 'robot.clarify', 'score.count', 'score.sum', 'ticket.solved') AND f.at >= $3 AND f.at < $4) sums GROUP BY figure;

-- report.bank_waits
SELECT bucket, SUM(amount) AS amount FROM (SELECT f.bucket, f.amount FROM figure_count f WHERE f.stage = 'day' AND f.figure IN ('conversation.wait') AND f.at >= $1 AND f.at < $2 UNION ALL SELECT f.bucket, f.amount FROM figure_count f WHERE f.stage = 'bank' AND f.figure IN ('conversation.wait') AND f.at >= $3 AND f.at < $1 UNION ALL SELECT f.bucket, f.amount FROM figure_count f WHERE f.stage = 'bank' AND f.figure IN ('conversation.wait') AND f.at >= $2 AND f.at < $4 UNION ALL SELECT f.bucket, f.amount FROM figure_count f WHERE f.stage = 'fresh' AND f.figure IN ('conversation.wait') AND f.at >= $3 AND f.at < $4) sums GROUP BY bucket;

-- report.conversations_per_day
SELECT TO_CHAR(on_date, 'YYYY-MM-DD') AS on_day, SUM(weight) AS opened_count, SUM(weight * is_handed) AS handed_count, SUM(weight * is_closed) AS closed_count, SUM(CASE WHEN is_handed = 0 THEN weight * is_closed ELSE 0 END) AS contained_count FROM (SELECT CAST(c.opened_at + $1 * INTERVAL '1' MINUTE AS date) AS on_date, 1 AS weight, CASE WHEN c.queued_at IS NOT NULL OR c.assigned_at IS NOT NULL THEN 1 ELSE 0 END AS is_handed, CASE WHEN c.state = 'closed' THEN 1 ELSE 0 END AS is_closed FROM conversation c WHERE c.opened_at >= $2 AND c.opened_at < $3 AND (c.assignee_id = $4 OR c.assignee_id IS NULL OR $4 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $5 AND s.unit_id = c.unit_id AND s.depth <= $6)) opened GROUP BY on_date;

-- report.first_steps
SELECT CASE WHEN EXISTS (SELECT 1 FROM account a JOIN account_role r ON r.account_id = a.id WHERE a.state = 'active' AND r.role = 'officer') THEN 1 ELSE 0 END AS officer_count, CASE WHEN EXISTS (SELECT 1 FROM account a JOIN account_role r ON r.account_id = a.id WHERE a.state = 'active' AND r.role = 'agent') THEN 1 ELSE 0 END AS agent_count, CASE WHEN EXISTS (SELECT 1 FROM skill_group) THEN 1 ELSE 0 END AS skill_group_count, CASE WHEN EXISTS (SELECT 1 FROM article WHERE published_version IS NOT NULL) THEN 1 ELSE 0 END AS article_count, CASE WHEN EXISTS (SELECT 1 FROM site WHERE is_active = 1) THEN 1 ELSE 0 END AS site_count, CASE WHEN EXISTS (SELECT 1 FROM retention_rule) THEN 1 ELSE 0 END AS retention_count, CASE WHEN EXISTS (SELECT 1 FROM setting_section WHERE name = 'brand') THEN 1 ELSE 0 END AS brand_count, CASE WHEN EXISTS (SELECT 1 FROM sso_idp WHERE state = 'live') THEN 1 ELSE 0 END AS idp_count, CASE WHEN EXISTS (SELECT 1 FROM notify_channel WHERE is_enabled = 1 AND type = 'smtp') THEN 1 ELSE 0 END AS mail_count, (SELECT COUNT(*) FROM account a JOIN account_role r ON r.account_id = a.id WHERE a.state = 'active' AND r.role = 'security-admin') AS security_count FROM (SELECT COUNT(*) AS row_count FROM installation) i;

-- report.moved_conversations_per_day
SELECT TO_CHAR(on_date, 'YYYY-MM-DD') AS on_day, SUM(weight) AS opened_count, SUM(weight * is_handed) AS handed_count, SUM(weight * is_closed) AS closed_count, SUM(CASE WHEN is_handed = 0 THEN weight * is_closed ELSE 0 END) AS contained_count FROM (SELECT CAST(c.opened_at + $1 * INTERVAL '1' MINUTE AS date) AS on_date, (CASE WHEN EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $2 AND s.unit_id = c.unit_id AND s.depth <= $3) THEN 1 ELSE 0 END) - (CASE WHEN EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $2 AND s.unit_id = c.first_unit_id AND s.depth <= $3) THEN 1 ELSE 0 END) AS weight, CASE WHEN c.queued_at IS NOT NULL OR c.assigned_at IS NOT NULL THEN 1 ELSE 0 END AS is_handed, CASE WHEN c.state = 'closed' THEN 1 ELSE 0 END AS is_closed FROM conversation c WHERE c.opened_at >= $4 AND c.opened_at < $5 AND c.unit_id <> c.first_unit_id) opened GROUP BY on_date;

-- report.moved_ratings
SELECT SUM(weight * score) AS rating_sum, SUM(weight) AS rating_count FROM ( SELECT rating.score, (CASE WHEN EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $1 AND s.unit_id = c.unit_id AND s.depth <= $2) THEN 1 ELSE 0 END) - (CASE WHEN EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $1 AND s.unit_id = c.first_unit_id AND s.depth <= $2) THEN 1 ELSE 0 END) AS weight FROM conversation c JOIN conversation_rating rating ON rating.conversation_id = c.id WHERE c.opened_at >= $3 AND c.opened_at < $4 AND c.unit_id <> c.first_unit_id) rated;

-- report.moved_robot_turns
SELECT outcome, SUM(weight) AS turn_count FROM (SELECT turn.outcome, (CASE WHEN EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $1 AND s.unit_id = c.unit_id AND s.depth <= $2) THEN 1 ELSE 0 END) - (CASE WHEN EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $1 AND s.unit_id = c.first_unit_id AND s.depth <= $2) THEN 1 ELSE 0 END) AS weight FROM robot_turn turn JOIN conversation c ON c.id = turn.conversation_id WHERE turn.at >= $3 AND turn.at < $4 AND c.unit_id <> c.first_unit_id) turns GROUP BY outcome;

-- report.moved_waits
SELECT seconds, SUM(weight) AS amount FROM (SELECT CAST(ROUND(EXTRACT(EPOCH FROM (c.first_response_at - COALESCE(c.queued_at, c.opened_at)))) AS bigint) AS seconds, (CASE WHEN EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $1 AND s.unit_id = c.unit_id AND s.depth <= $2) THEN 1 ELSE 0 END) - (CASE WHEN EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $1 AND s.unit_id = c.first_unit_id AND s.depth <= $2) THEN 1 ELSE 0 END) AS weight FROM conversation c WHERE c.opened_at >= $3 AND c.opened_at < $4 AND c.first_response_at IS NOT NULL AND c.unit_id <> c.first_unit_id) answered GROUP BY seconds;

-- report.ratings
SELECT SUM(weight * score) AS rating_sum, SUM(weight) AS rating_count FROM ( SELECT rating.score, 1 AS weight FROM conversation c JOIN conversation_rating rating ON rating.conversation_id = c.id WHERE c.opened_at >= $1 AND c.opened_at < $2 AND (c.assignee_id = $3 OR c.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = c.unit_id AND s.depth <= $5)) rated;

-- report.robot_turns
SELECT outcome, SUM(weight) AS turn_count FROM (SELECT turn.outcome, 1 AS weight FROM robot_turn turn JOIN conversation c ON c.id = turn.conversation_id WHERE turn.at >= $1 AND turn.at < $2 AND (c.assignee_id = $3 OR c.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = c.unit_id AND s.depth <= $5)) turns GROUP BY outcome;

-- report.scores
SELECT SUM(score) AS score_sum, COUNT(score) AS score_count FROM evaluation e WHERE evaluated_at >= $1 AND evaluated_at < $2 AND (e.agent_id = $3 OR e.agent_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = e.unit_id AND s.depth <= $5);

-- report.tickets_opened
SELECT on_day, COUNT(*) AS amount FROM ( SELECT TO_CHAR(opened_at + $1 * INTERVAL '1' MINUTE, 'YYYY-MM-DD') AS on_day FROM ticket t WHERE opened_at >= $2 AND opened_at < $3 AND (t.assignee_id = $4 OR t.assignee_id IS NULL OR $4 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $5 AND s.unit_id = t.unit_id AND s.depth <= $6)) tickets GROUP BY on_day;

-- report.tickets_solved
SELECT on_day, COUNT(*) AS amount FROM ( SELECT TO_CHAR(solved_at + $1 * INTERVAL '1' MINUTE, 'YYYY-MM-DD') AS on_day FROM ticket t WHERE solved_at >= $2 AND solved_at < $3 AND (t.assignee_id = $4 OR t.assignee_id IS NULL OR $4 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $5 AND s.unit_id = t.unit_id AND s.depth <= $6)) tickets GROUP BY on_day;

-- report.units_per_day
SELECT figure, TO_CHAR(on_date, 'YYYY-MM-DD') AS on_day, SUM(amount) AS amount FROM (SELECT f.figure, CAST(f.at + $1 * INTERVAL '1' MINUTE AS date) AS on_date, f.amount FROM figure_count f WHERE f.stage IN ('fresh', 'unit') AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $2 AND s.unit_id = f.unit_id AND s.depth <= $3) AND f.figure IN ('conversation.opened', 'conversation.handed', 'ticket.opened') AND f.at >= $4 AND f.at < $5) hours GROUP BY figure, on_date;

-- report.units_totals
SELECT figure, SUM(amount) AS amount FROM (SELECT f.figure, f.amount FROM figure_count f WHERE f.stage IN ('fresh', 'unit') AND f.figure IN ('conversation.closed', 'conversation.contained', 'rating.count', 'rating.sum', 'robot.answer', 'robot.clarify', 'score.count', 'score.sum', 'ticket.solved') AND f.at >= $1 AND f.at < $2 AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = f.unit_id AND s.depth <= $4)) sums GROUP BY figure;

-- report.units_waits
SELECT bucket, SUM(amount) AS amount FROM (SELECT f.bucket, f.amount FROM figure_count f WHERE f.stage IN ('fresh', 'unit') AND f.figure IN ('conversation.wait') AND f.at >= $1 AND f.at < $2 AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = f.unit_id AND s.depth <= $4)) sums GROUP BY bucket;

-- report.waits
SELECT seconds, SUM(weight) AS amount FROM (SELECT CAST(ROUND(EXTRACT(EPOCH FROM (c.first_response_at - COALESCE(c.queued_at, c.opened_at)))) AS bigint) AS seconds, 1 AS weight FROM conversation c WHERE c.opened_at >= $1 AND c.opened_at < $2 AND c.first_response_at IS NOT NULL AND (c.assignee_id = $3 OR c.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = c.unit_id AND s.depth <= $5)) answered GROUP BY seconds;

-- requester.any_of_unit
SELECT 1 AS found FROM requester WHERE unit_id = $1 FETCH FIRST 1 ROWS ONLY;

-- requester.by_external
SELECT id, dek_id, site_id, unit_id, is_identified, external_enc, external_bix, name_enc, name_bix, name_prefix_bix, phone_enc, phone_bix, phone_last4_bix, email_enc, email_bix, id_number_enc, id_number_bix, index_version, created_at, updated_at, version FROM requester WHERE site_id = $1 AND external_bix = $2;

-- requester.by_name
SELECT r.id, r.is_identified, r.created_at, r.version, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc FROM requester r WHERE r.name_bix = $1 AND ((COALESCE($2, r.id) = r.id AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = r.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM conversation k WHERE k.requester_id = r.id AND (k.assignee_id = $2 OR k.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = k.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = r.id AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4))) AND r.created_at <= $5 AND (r.created_at < $5 OR r.id < $6) ORDER BY r.created_at DESC, r.id DESC FETCH FIRST $7 ROWS ONLY;

-- requester.by_phone
SELECT r.id, r.is_identified, r.created_at, r.version, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc FROM requester r WHERE r.phone_bix = $1 AND ((COALESCE($2, r.id) = r.id AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = r.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM conversation k WHERE k.requester_id = r.id AND (k.assignee_id = $2 OR k.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = k.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = r.id AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4))) AND r.created_at <= $5 AND (r.created_at < $5 OR r.id < $6) ORDER BY r.created_at DESC, r.id DESC FETCH FIRST $7 ROWS ONLY;

-- requester.by_phone_last4
SELECT r.id, r.is_identified, r.created_at, r.version, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc FROM requester r WHERE r.phone_last4_bix = $1 AND ((COALESCE($2, r.id) = r.id AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = r.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM conversation k WHERE k.requester_id = r.id AND (k.assignee_id = $2 OR k.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = k.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = r.id AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4))) AND r.created_at <= $5 AND (r.created_at < $5 OR r.id < $6) ORDER BY r.created_at DESC, r.id DESC FETCH FIRST $7 ROWS ONLY;

-- requester.by_surname
SELECT r.id, r.is_identified, r.created_at, r.version, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc FROM requester r WHERE r.name_prefix_bix = $1 AND ((COALESCE($2, r.id) = r.id AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = r.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM conversation k WHERE k.requester_id = r.id AND (k.assignee_id = $2 OR k.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = k.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = r.id AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4))) AND r.created_at <= $5 AND (r.created_at < $5 OR r.id < $6) ORDER BY r.created_at DESC, r.id DESC FETCH FIRST $7 ROWS ONLY;

-- requester.by_tokens
SELECT r.id, r.is_identified, r.created_at, r.version, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc FROM requester_token k JOIN requester r ON r.id = k.requester_id WHERE k.tokens @> CAST($1 AS bigint[]) AND ((COALESCE($2, r.id) = r.id AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = r.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM conversation k WHERE k.requester_id = r.id AND (k.assignee_id = $2 OR k.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = k.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = r.id AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4))) AND r.created_at <= $5 AND (r.created_at < $5 OR r.id < $6) ORDER BY r.created_at DESC, r.id DESC FETCH FIRST $7 ROWS ONLY;

-- requester.case_external
SELECT r.id, r.created_at, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc, r.external_enc FROM requester r WHERE r.external_bix = $1 ORDER BY r.created_at DESC, r.id DESC FETCH FIRST $2 ROWS ONLY;

-- requester.case_id
SELECT r.id, r.created_at, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc, r.external_enc FROM requester r WHERE r.id = $1;

-- requester.case_id_number
SELECT r.id, r.created_at, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc, r.external_enc FROM requester r WHERE r.id_number_bix = $1 ORDER BY r.created_at DESC, r.id DESC FETCH FIRST $2 ROWS ONLY;

-- requester.case_phone
SELECT r.id, r.created_at, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc, r.external_enc FROM requester r WHERE r.phone_bix = $1 ORDER BY r.created_at DESC, r.id DESC FETCH FIRST $2 ROWS ONLY;

-- requester.conversations
SELECT c.id, c.state, c.opened_at FROM conversation c WHERE c.requester_id = $1 AND (c.assignee_id = $2 OR c.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = c.unit_id AND s.depth <= $4) ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST $5 ROWS ONLY;

-- requester.count_of_unit
SELECT COUNT(*) AS record_count FROM (SELECT x.id FROM requester x WHERE x.unit_id = $1 FETCH FIRST $2 ROWS ONLY) y;

-- requester.due
SELECT r.id, r.created_at, r.updated_at FROM requester r WHERE r.updated_at < $1 AND r.updated_at >= $2 AND (r.updated_at > $2 OR r.id > $3) AND NOT EXISTS (SELECT c.id FROM conversation c WHERE c.requester_id = r.id AND (c.state IN ('queued', 'assigned') OR c.closed_at >= $4 OR (c.state = 'robot' AND c.last_at >= $4))) AND NOT EXISTS (SELECT t.id FROM ticket t WHERE t.requester_id = r.id AND (t.state NOT IN ('solved', 'closed') OR t.updated_at >= $5)) ORDER BY r.updated_at, r.id FETCH FIRST $6 ROWS ONLY;

-- requester.hand_over_unit
UPDATE requester SET unit_id = $1 WHERE id IN (SELECT x.id FROM requester x WHERE x.unit_id = $2 FETCH FIRST $3 ROWS ONLY);

-- requester.hash
UPDATE requester SET external_bix = $1, name_bix = $2, name_prefix_bix = $3, phone_bix = $4, phone_last4_bix = $5, email_bix = $6, id_number_bix = $7, index_version = $8 WHERE id = $9 AND version = $10;

-- requester.hash (many rows)
UPDATE requester SET external_bix = f.external_bix, name_bix = f.name_bix, name_prefix_bix = f.name_prefix_bix, phone_bix = f.phone_bix, phone_last4_bix = f.phone_last4_bix, email_bix = f.email_bix, id_number_bix = f.id_number_bix, index_version = f.index_version FROM unnest(CAST($1 AS bytea[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[]), CAST($6 AS bytea[]), CAST($7 AS bytea[]), CAST($8 AS bigint[]), CAST($9 AS uuid[]), CAST($10 AS bigint[])) AS f (external_bix, name_bix, name_prefix_bix, phone_bix, phone_last4_bix, email_bix, id_number_bix, index_version, id, version) WHERE requester.id = f.id AND requester.version = f.version;

-- requester.hash_page
SELECT p.id, p.version, p.external_enc, p.name_enc, p.phone_enc, p.email_enc, p.id_number_enc FROM (SELECT s.id, s.version, s.external_enc, s.name_enc, s.phone_enc, s.email_enc, s.id_number_enc, s.index_version FROM requester s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p WHERE p.index_version <> $3 ORDER BY p.id FETCH FIRST $4 ROWS ONLY;

-- requester.insert
INSERT INTO requester (id, dek_id, site_id, unit_id, is_identified, external_enc, external_bix, name_enc, name_bix, name_prefix_bix, phone_enc, phone_bix, phone_last4_bix, email_enc, email_bix, id_number_enc, id_number_bix, index_version, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21);

-- requester.lock
SELECT id FROM requester WHERE id = $1 FOR UPDATE;

-- requester.lock_due
SELECT r.id FROM requester r WHERE r.id = ANY($1) AND r.updated_at < $2 FOR UPDATE;

-- requester.other_version
SELECT COUNT(*) AS row_count FROM (SELECT s.id, s.index_version FROM requester s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p WHERE p.index_version <> $3;

-- requester.owned
SELECT id, dek_id, site_id, unit_id, is_identified, external_enc, external_bix, name_enc, name_bix, name_prefix_bix, phone_enc, phone_bix, phone_last4_bix, email_enc, email_bix, id_number_enc, id_number_bix, index_version, created_at, updated_at, version FROM requester WHERE id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- requester.owned_next
SELECT id, dek_id, site_id, unit_id, is_identified, external_enc, external_bix, name_enc, name_bix, name_prefix_bix, phone_enc, phone_bix, phone_last4_bix, email_enc, email_bix, id_number_enc, id_number_bix, index_version, created_at, updated_at, version FROM requester WHERE id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- requester.owned_whole
SELECT id, dek_id, site_id, unit_id, is_identified, external_enc, external_bix, name_enc, name_bix, name_prefix_bix, phone_enc, phone_bix, phone_last4_bix, email_enc, email_bix, id_number_enc, id_number_bix, index_version, created_at, updated_at, version FROM requester WHERE id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- requester.remove_owned
DELETE FROM requester WHERE id = ANY($1);

-- requester.reseal
UPDATE requester SET external_enc = $1, name_enc = $2, phone_enc = $3, email_enc = $4, id_number_enc = $5 WHERE id = $6 AND external_enc IS NOT DISTINCT FROM CAST($7 AS bytea) AND name_enc IS NOT DISTINCT FROM CAST($8 AS bytea) AND phone_enc IS NOT DISTINCT FROM CAST($9 AS bytea) AND email_enc IS NOT DISTINCT FROM CAST($10 AS bytea) AND id_number_enc IS NOT DISTINCT FROM CAST($11 AS bytea);

-- requester.reseal (many rows)
UPDATE requester SET external_enc = f.next0, name_enc = f.next1, phone_enc = f.next2, email_enc = f.next3, id_number_enc = f.next4 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[]), CAST($6 AS bytea[]), CAST($7 AS bytea[]), CAST($8 AS bytea[]), CAST($9 AS bytea[]), CAST($10 AS bytea[]), CAST($11 AS bytea[])) AS f (id, next0, old0, next1, old1, next2, old2, next3, old3, next4, old4) WHERE requester.id = f.id AND requester.external_enc IS NOT DISTINCT FROM f.old0 AND requester.name_enc IS NOT DISTINCT FROM f.old1 AND requester.phone_enc IS NOT DISTINCT FROM f.old2 AND requester.email_enc IS NOT DISTINCT FROM f.old3 AND requester.id_number_enc IS NOT DISTINCT FROM f.old4;

-- requester.sealed
SELECT id, external_enc, name_enc, phone_enc, email_enc, id_number_enc FROM requester ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- requester.sealed_next
SELECT id, external_enc, name_enc, phone_enc, email_enc, id_number_enc FROM requester WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- requester.span_end
SELECT p.id FROM (SELECT s.id FROM requester s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p ORDER BY p.id DESC FETCH FIRST 1 ROWS ONLY;

-- requester.staff_external
SELECT r.external_bix AS token, r.id AS requester_id FROM requester r WHERE r.external_bix = ANY($1) ORDER BY r.id FETCH FIRST $2 ROWS ONLY;

-- requester.staff_id_number
SELECT r.id_number_bix AS token, r.id AS requester_id FROM requester r WHERE r.id_number_bix = ANY($1) ORDER BY r.id FETCH FIRST $2 ROWS ONLY;

-- requester.staff_phone
SELECT r.phone_bix AS token, r.id AS requester_id FROM requester r WHERE r.phone_bix = ANY($1) ORDER BY r.id FETCH FIRST $2 ROWS ONLY;

-- requester.still_needed
SELECT c.requester_id FROM conversation c WHERE c.requester_id = ANY($1) UNION SELECT t.requester_id FROM ticket t WHERE t.requester_id = ANY($1);

-- requester.subject
SELECT r.id, r.created_at, r.updated_at FROM requester r WHERE r.id = $1;

-- requester.tickets
SELECT t.id, t.ticket_number, t.state, t.subject_enc FROM ticket t WHERE t.requester_id = $1 AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $5 ROWS ONLY;

-- requester.update
UPDATE requester SET name_enc = $1, name_bix = $2, name_prefix_bix = $3, phone_enc = $4, phone_bix = $5, phone_last4_bix = $6, email_enc = $7, email_bix = $8, id_number_enc = $9, id_number_bix = $10, index_version = $11, updated_at = $12, version = $13 WHERE id = $14 AND version = $15;

-- requester.within
SELECT r.id, r.dek_id, r.site_id, r.unit_id, r.is_identified, r.external_enc, r.external_bix, r.name_enc, r.name_bix, r.name_prefix_bix, r.phone_enc, r.phone_bix, r.phone_last4_bix, r.email_enc, r.email_bix, r.id_number_enc, r.id_number_bix, r.index_version, r.created_at, r.updated_at, r.version FROM requester r WHERE r.id = $1 AND ((COALESCE($2, r.id) = r.id AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = r.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM conversation k WHERE k.requester_id = r.id AND (k.assignee_id = $2 OR k.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = k.unit_id AND s.depth <= $4)) OR EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = r.id AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4)));

-- requester_reveal.conversation
SELECT c.id FROM conversation c WHERE c.id = $1 AND c.requester_id = $2 AND (c.assignee_id = $3 OR c.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = c.unit_id AND s.depth <= $5);

-- requester_reveal.insert
INSERT INTO requester_reveal (id, requester_id, account_id, at) VALUES ($1, $2, $3, $4);

-- requester_reveal.purge
DELETE FROM requester_reveal WHERE at < $1;

-- requester_reveal.since
SELECT COUNT(*) AS reveals, COUNT(DISTINCT CASE WHEN v.at > $1 THEN v.requester_id END) AS requesters FROM requester_reveal v WHERE v.account_id = $2 AND v.at > $3;

-- requester_reveal.ticket
SELECT t.id FROM ticket t WHERE t.id = $1 AND t.requester_id = $2 AND (t.assignee_id = $3 OR t.assignee_id IS NULL OR $3 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $4 AND s.unit_id = t.unit_id AND s.depth <= $5);

-- requester_token.put
INSERT INTO requester_token (requester_id, tokens) VALUES ($1, CAST($2 AS bigint[]));

-- requester_token.remove
DELETE FROM requester_token WHERE requester_id = ANY($1);

-- retention_rule.current
SELECT r.record_class, r.version, r.months, r.action, r.changed_by, r.approved_by, r.changed_at FROM retention_rule r WHERE r.version = (SELECT MAX(m.version) FROM retention_rule m WHERE m.record_class = r.record_class);

-- retention_rule.history
SELECT record_class, version, months, action, changed_by, approved_by, changed_at FROM retention_rule WHERE record_class = $1 ORDER BY version desc FETCH FIRST $2 ROWS ONLY;

-- retention_rule.insert
INSERT INTO retention_rule (record_class, version, months, action, changed_by, approved_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- rights.conversation_place
SELECT unit_id, assignee_id, skill_group_id, state FROM conversation WHERE id = $1;

-- rights.ticket_place
SELECT unit_id, assignee_id, skill_group_id, state FROM ticket WHERE id = $1;

-- robot_model.by_knowledge
SELECT locale, knowledge_hash, model_hash, article_count, question_count, training_ms, trained_at, bytes_base64 FROM robot_model WHERE locale = $1 AND knowledge_hash = $2;

-- robot_model.hashes
SELECT knowledge_hash FROM robot_model WHERE locale = $1 ORDER BY trained_at DESC, knowledge_hash FETCH FIRST $2 ROWS ONLY;

-- robot_model.insert
INSERT INTO robot_model (locale, knowledge_hash, model_hash, article_count, question_count, training_ms, trained_at, bytes_base64) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- robot_model.newest
SELECT locale, knowledge_hash, model_hash, article_count, question_count, training_ms, trained_at, bytes_base64 FROM robot_model WHERE locale = $1 ORDER BY trained_at desc FETCH FIRST $2 ROWS ONLY;

-- robot_model.remove
DELETE FROM robot_model WHERE locale = $1 AND knowledge_hash = $2;

-- robot_turn.chosen
SELECT article_id, reason FROM robot_turn WHERE conversation_id = $1 AND message_seq > $2 ORDER BY message_seq, id FETCH FIRST 1 ROWS ONLY;

-- robot_turn.figures
SELECT turn.outcome, turn.at, c.first_unit_id FROM robot_turn turn JOIN conversation c ON c.id = turn.conversation_id WHERE turn.conversation_id = ANY($1) AND turn.outcome IN ('answer', 'clarify');

-- robot_turn.insert
INSERT INTO robot_turn (id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm, candidates, article_id, article_version, model_hash, took_ms, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- robot_turn.last
SELECT outcome, reason, candidates FROM robot_turn WHERE conversation_id = $1 ORDER BY message_seq DESC, id DESC FETCH FIRST 1 ROWS ONLY;

-- robot_turn.missed
SELECT id, conversation_id, message_seq, outcome, reason, at FROM robot_turn WHERE locale = $1 AND outcome IN ('fallback', 'handoff', 'clarify') AND at < $2 AND (at > $3 OR (at = $3 AND id > $4)) ORDER BY at, id FETCH FIRST $5 ROWS ONLY;

-- robot_turn.owned
SELECT id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm, candidates, article_id, article_version, model_hash, took_ms, at FROM robot_turn WHERE conversation_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- robot_turn.owned_next
SELECT id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm, candidates, article_id, article_version, model_hash, took_ms, at FROM robot_turn WHERE conversation_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- robot_turn.owned_whole
SELECT id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm, candidates, article_id, article_version, model_hash, took_ms, at FROM robot_turn WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- robot_turn.remove_owned
DELETE FROM robot_turn WHERE conversation_id = ANY($1);

-- role_grant.insert
INSERT INTO role_grant (account_id, role, requested_by_id, approved_by_id, granted_at) VALUES ($1, $2, $3, $4, $5);

-- role_grant.of_account
SELECT account_id, role, requested_by_id, approved_by_id, granted_at FROM role_grant WHERE account_id = $1;

-- role_grant.remove
DELETE FROM role_grant WHERE account_id = $1 AND role = $2;

-- role_grant.remove_role
DELETE FROM role_grant WHERE role = $1;

-- schema.columns
SELECT table_name, column_name, udt_name AS data_type, CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END AS can_be_null, character_maximum_length AS text_length FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position;

-- schema.envelope_checks
SELECT t.relname AS table_name, pg_get_constraintdef(c.oid) AS definition FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE c.contype = 'c' AND n.nspname = current_schema() AND pg_get_constraintdef(c.oid) LIKE '%get_byte%';

-- scim_group.by_id
SELECT id, idp_id, display_name, external_id, created_at, changed_at FROM scim_group WHERE id = $1;

-- scim_group.count
SELECT COUNT(*) AS total FROM scim_group WHERE idp_id = $1;

-- scim_group.first
SELECT id, idp_id, display_name, external_id, created_at, changed_at FROM scim_group WHERE idp_id = $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- scim_group.hold
UPDATE scim_group SET changed_at = changed_at WHERE id = $1;

-- scim_group.insert
INSERT INTO scim_group (id, idp_id, display_name, external_id, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6);

-- scim_group.remove
DELETE FROM scim_group WHERE id = $1;

-- scim_group.update
UPDATE scim_group SET display_name = $1, external_id = $2, changed_at = $3 WHERE id = $4;

-- scim_group_member.insert
INSERT INTO scim_group_member (group_id, account_id) VALUES ($1, $2);

-- scim_group_member.leave_all
DELETE FROM scim_group_member WHERE account_id = $1;

-- scim_group_member.of_accounts
SELECT m.account_id, g.id, g.display_name AS name FROM scim_group_member m JOIN scim_group g ON g.id = m.group_id WHERE m.account_id = ANY($1) ORDER BY m.account_id, g.display_name;

-- scim_group_member.of_groups
SELECT m.group_id, m.account_id, a.display_name AS name FROM scim_group_member m JOIN account a ON a.id = m.account_id WHERE m.group_id = ANY($1) ORDER BY m.group_id, m.account_id;

-- scim_group_member.remove
DELETE FROM scim_group_member WHERE group_id = $1 AND account_id = $2;

-- scim_group_member.remove_all
DELETE FROM scim_group_member WHERE group_id = $1;

-- scim_user.by_account
SELECT account_id, idp_id, external_id, created_at, changed_at FROM scim_user WHERE account_id = $1;

-- scim_user.by_accounts
SELECT account_id, idp_id, external_id, created_at, changed_at FROM scim_user WHERE account_id = ANY($1);

-- scim_user.by_external
SELECT account_id, idp_id, external_id, created_at, changed_at FROM scim_user WHERE idp_id = $1 AND external_id = $2;

-- scim_user.count
SELECT COUNT(*) AS total FROM scim_user WHERE idp_id = $1;

-- scim_user.first
SELECT account_id, idp_id, external_id, created_at, changed_at FROM scim_user WHERE idp_id = $1 ORDER BY account_id asc FETCH FIRST $2 ROWS ONLY;

-- scim_user.hold
UPDATE scim_user SET changed_at = changed_at WHERE account_id = $1;

-- scim_user.insert
INSERT INTO scim_user (account_id, idp_id, external_id, created_at, changed_at) VALUES ($1, $2, $3, $4, $5);

-- scim_user.remove
DELETE FROM scim_user WHERE account_id = $1;

-- scim_user.update
UPDATE scim_user SET external_id = $1, changed_at = $2 WHERE account_id = $3;

-- score_card.active
SELECT id, version, name, state, criteria, created_by, created_at FROM score_card WHERE state = $1 ORDER BY created_at asc, id asc FETCH FIRST $2 ROWS ONLY;

-- score_card.active_by_id
SELECT id, version, name, state, criteria, created_by, created_at FROM score_card WHERE id = $1 AND state = $2;

-- score_card.insert
INSERT INTO score_card (id, version, name, state, criteria, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- score_card.retire
UPDATE score_card SET state = $1 WHERE id = $2 AND version = $3 AND state = $4;

-- score_card.version
SELECT id, version, name, state, criteria, created_by, created_at FROM score_card WHERE id = $1 AND version = $2;

-- search_mark.insert
INSERT INTO search_mark (name, done_at) VALUES ($1, $2);

-- search_mark.move
UPDATE search_mark SET done_at = $1 WHERE name = $2;

-- search_mark.read
SELECT name, done_at FROM search_mark WHERE name = $1;

-- server_node.beat
UPDATE server_node SET beat = $1, socket_count = $2, seen_at = $3 WHERE id = $4 AND incarnation = $5;

-- server_node.insert
INSERT INTO server_node (id, incarnation, beat, address, socket_count, started_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- server_node.leave
DELETE FROM server_node WHERE id = $1 AND incarnation = $2;

-- server_node.list
SELECT id, incarnation, beat, address, socket_count, started_at, seen_at FROM server_node ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- server_node.remove_still
DELETE FROM server_node WHERE id = $1 AND incarnation = $2 AND beat = $3;

-- server_node.replace
DELETE FROM server_node WHERE id = $1;

-- setting_section.insert
INSERT INTO setting_section (name, version, changed_at) VALUES ($1, $2, $3);

-- setting_section.list
SELECT name, version, changed_at FROM setting_section ORDER BY name asc FETCH FIRST $1 ROWS ONLY;

-- setting_section.move
UPDATE setting_section SET version = $1, changed_at = $2 WHERE name = $3 AND version = $4;

-- setting_version.by_key
SELECT section, version, body, changed_at, changed_by, approved_by, reason, restored_version FROM setting_version WHERE section = $1 AND version = $2;

-- setting_version.current
SELECT v.section, v.version, v.body, v.changed_at, v.changed_by, v.approved_by, v.reason, v.restored_version FROM setting_section s JOIN setting_version v ON v.section = s.name AND v.version = s.version WHERE s.name = $1;

-- setting_version.history
SELECT section, version, changed_at, changed_by, approved_by, reason, restored_version FROM setting_version WHERE section = $1 AND version < $2 ORDER BY version DESC FETCH FIRST $3 ROWS ONLY;

-- setting_version.insert
INSERT INTO setting_version (section, version, body, changed_at, changed_by, approved_by, reason, restored_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- setup_code.by_hash
SELECT code_hash, made_count, created_at, expires_at FROM setup_code WHERE code_hash = $1;

-- setup_code.clear
DELETE FROM setup_code;

-- setup_code.count_one
UPDATE setup_code SET made_count = made_count + 1 WHERE code_hash = $1 AND expires_at > $2;

-- setup_code.insert
INSERT INTO setup_code (code_hash, made_count, created_at, expires_at) VALUES ($1, $2, $3, $4);

-- site.any_of_unit
SELECT 1 AS found FROM site WHERE unit_id = $1 FETCH FIRST 1 ROWS ONLY;

-- site.by_id
SELECT id, name, origins, public_key_pem, skill_group_id, unit_id, locale, texts, is_active, created_at, version FROM site WHERE id = $1;

-- site.count_of_unit
SELECT COUNT(*) AS record_count FROM (SELECT x.id FROM site x WHERE x.unit_id = $1 FETCH FIRST $2 ROWS ONLY) y;

-- site.hand_over_unit
UPDATE site SET unit_id = $1 WHERE id IN (SELECT x.id FROM site x WHERE x.unit_id = $2 FETCH FIRST $3 ROWS ONLY);

-- site.insert
INSERT INTO site (id, name, origins, public_key_pem, skill_group_id, unit_id, locale, texts, is_active, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- site.list
SELECT id, name, origins, public_key_pem, skill_group_id, unit_id, locale, texts, is_active, created_at, version FROM site ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- site.list (next page)
SELECT id, name, origins, public_key_pem, skill_group_id, unit_id, locale, texts, is_active, created_at, version FROM site WHERE id > $1 ORDER BY id asc FETCH FIRST $2 ROWS ONLY;

-- site.update
UPDATE site SET name = $1, origins = $2, public_key_pem = $3, skill_group_id = $4, unit_id = $5, locale = $6, texts = $7, is_active = $8, version = $9 WHERE id = $10 AND version = $11;

-- skill_group.by_id
SELECT id, name, created_at, version FROM skill_group WHERE id = $1;

-- skill_group.insert
INSERT INTO skill_group (id, name, created_at, version) VALUES ($1, $2, $3, $4);

-- skill_group.list
SELECT id, name, created_at, version FROM skill_group ORDER BY name asc, id asc FETCH FIRST $1 ROWS ONLY;

-- skill_group.of_member
SELECT skill_group.id, skill_group.name FROM skill_group JOIN skill_group_member ON skill_group_member.skill_group_id = skill_group.id WHERE skill_group_member.account_id = $1 ORDER BY skill_group.name, skill_group.id FETCH FIRST $2 ROWS ONLY;

-- skill_group.touch
UPDATE skill_group SET version = version + 1 WHERE id = $1;

-- skill_group.update
UPDATE skill_group SET name = $1, version = $2 WHERE id = $3 AND version = $4;

-- skill_group_member.add
INSERT INTO skill_group_member (skill_group_id, account_id) VALUES ($1, $2);

-- skill_group_member.insert
INSERT INTO skill_group_member (skill_group_id, account_id) VALUES ($1, $2);

-- skill_group_member.of_groups
SELECT skill_group_id, account_id FROM skill_group_member WHERE skill_group_id = ANY($1);

-- skill_group_member.remove_account
DELETE FROM skill_group_member WHERE account_id = $1;

-- skill_group_member.remove_all
DELETE FROM skill_group_member WHERE skill_group_id = $1;

-- skill_group_member.remove_of
DELETE FROM skill_group_member WHERE account_id = $1;

-- sso_identity.by_name
SELECT id, idp_id, name_id, account_id, created_at FROM sso_identity WHERE idp_id = $1 AND name_id = $2;

-- sso_identity.count
SELECT COUNT(*) AS identity_count FROM sso_identity WHERE account_id = $1;

-- sso_identity.insert
INSERT INTO sso_identity (id, idp_id, name_id, account_id, created_at) VALUES ($1, $2, $3, $4, $5);

-- sso_idp.by_id
SELECT id, entity_id, sso_url, sso_binding, slo_url, slo_binding, slo_response_url, map_json, state, metadata_url, metadata_signer, fetched_at, fetch_fault, created_at, changed_at, changed_by_id, version FROM sso_idp WHERE id = $1;

-- sso_idp.insert
INSERT INTO sso_idp (id, entity_id, sso_url, sso_binding, slo_url, slo_binding, slo_response_url, map_json, state, metadata_url, metadata_signer, fetched_at, fetch_fault, created_at, changed_at, changed_by_id, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- sso_idp.list
SELECT id, entity_id, sso_url, sso_binding, slo_url, slo_binding, slo_response_url, map_json, state, metadata_url, metadata_signer, fetched_at, fetch_fault, created_at, changed_at, changed_by_id, version FROM sso_idp ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- sso_idp.remove
DELETE FROM sso_idp WHERE id = $1;

-- sso_idp.set_fault
UPDATE sso_idp SET fetched_at = $1, fetch_fault = $2 WHERE id = $3;

-- sso_idp.set_state
UPDATE sso_idp SET state = $1, changed_at = $2, version = $3 WHERE id = $4 AND version = $5;

-- sso_idp.update
UPDATE sso_idp SET entity_id = $1, sso_url = $2, sso_binding = $3, slo_url = $4, slo_binding = $5, slo_response_url = $6, map_json = $7, state = $8, metadata_url = $9, metadata_signer = $10, fetched_at = $11, fetch_fault = $12, changed_at = $13, changed_by_id = $14, version = $15 WHERE id = $16 AND version = $17;

-- sso_idp_certificate.insert
INSERT INTO sso_idp_certificate (idp_id, fingerprint, pem, not_before, not_after, warned_days) VALUES ($1, $2, $3, $4, $5, $6);

-- sso_idp_certificate.list
SELECT idp_id, fingerprint, pem, not_before, not_after, warned_days FROM sso_idp_certificate ORDER BY idp_id asc, fingerprint asc FETCH FIRST $1 ROWS ONLY;

-- sso_idp_certificate.remove_all
DELETE FROM sso_idp_certificate WHERE idp_id = $1;

-- sso_idp_certificate.warned
UPDATE sso_idp_certificate SET warned_days = $1 WHERE idp_id = $2 AND fingerprint = $3;

-- sso_request.by_relay
SELECT relay_hash, browser_hash, idp_id, request_id, purpose, return_to, account_id, session_id, is_forced, created_at, expires_at FROM sso_request WHERE relay_hash = $1 AND browser_hash = $2;

-- sso_request.consume
DELETE FROM sso_request WHERE relay_hash = $1 AND browser_hash = $2;

-- sso_request.insert
INSERT INTO sso_request (relay_hash, browser_hash, idp_id, request_id, purpose, return_to, account_id, session_id, is_forced, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- sso_request.purge
DELETE FROM sso_request WHERE expires_at < $1;

-- sso_sp_key.insert
INSERT INTO sso_sp_key (id, certificate, key_enc, signs_from_at, not_after, warned_days) VALUES ($1, $2, $3, $4, $5, $6);

-- sso_sp_key.list
SELECT id, certificate, key_enc, signs_from_at, not_after, warned_days FROM sso_sp_key ORDER BY signs_from_at desc, id desc FETCH FIRST $1 ROWS ONLY;

-- sso_sp_key.purge
DELETE FROM sso_sp_key WHERE not_after < $1;

-- sso_sp_key.reseal
UPDATE sso_sp_key SET key_enc = $1 WHERE id = $2 AND key_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- sso_sp_key.reseal (many rows)
UPDATE sso_sp_key SET key_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE sso_sp_key.id = f.id AND sso_sp_key.key_enc IS NOT DISTINCT FROM f.old0;

-- sso_sp_key.sealed
SELECT id, key_enc FROM sso_sp_key ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- sso_sp_key.sealed_next
SELECT id, key_enc FROM sso_sp_key WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- sso_sp_key.warned
UPDATE sso_sp_key SET warned_days = $1 WHERE id = $2;

-- sso_used_id.purge
DELETE FROM sso_used_id WHERE expires_at < $1;

-- sso_used_id.take
INSERT INTO sso_used_id (id_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- staff_token.entries
SELECT account_id, SUM(CASE WHEN kind = 'phone' THEN 1 ELSE 0 END) AS phone_count, SUM(CASE WHEN kind = 'id-number' THEN 1 ELSE 0 END) AS id_number_count, SUM(CASE WHEN kind = 'customer-number' THEN 1 ELSE 0 END) AS customer_number_count, SUM(CASE WHEN index_version <> $1 THEN 1 ELSE 0 END) AS stale_count, MAX(added_at) AS changed_at FROM staff_token WHERE account_id > $2 GROUP BY account_id ORDER BY account_id FETCH FIRST $3 ROWS ONLY;

-- staff_token.insert
INSERT INTO staff_token (id, account_id, kind, token_bix, index_version, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- staff_token.remove_of
DELETE FROM staff_token WHERE account_id = ANY($1);

-- staff_token.totals
SELECT COUNT(DISTINCT account_id) AS account_count, COUNT(*) AS number_count, COALESCE(SUM(CASE WHEN index_version <> $1 THEN 1 ELSE 0 END), 0) AS stale_count FROM staff_token;

-- staff_token.walk
SELECT id, account_id, kind, token_bix FROM staff_token WHERE id > $1 AND index_version = $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- stored_file.by_id
SELECT id, owner_type, owner_id, requester_id, dek_id, record_class, creator_type, creator_id, name_enc, size_bytes, media_type, content_bix, state, is_thumbnail_wanted, thumbnail_id, reference_id, created_at, finished_at, check_attempts, check_after FROM stored_file WHERE id = $1;

-- stored_file.by_ids
SELECT id, owner_type, owner_id, requester_id, dek_id, record_class, creator_type, creator_id, name_enc, size_bytes, media_type, content_bix, state, is_thumbnail_wanted, thumbnail_id, reference_id, created_at, finished_at, check_attempts, check_after FROM stored_file WHERE id = ANY($1);

-- stored_file.checked
UPDATE stored_file SET state = $1, thumbnail_id = $2, check_after = $3 WHERE id = $4 AND state = $5;

-- stored_file.claim
UPDATE stored_file SET check_attempts = check_attempts + 1, check_after = $1 WHERE id = $2 AND state = 'waiting' AND check_after <= $3;

-- stored_file.count_exports
SELECT COUNT(*) AS records FROM stored_file WHERE record_class = 'export' AND created_at >= $1 AND created_at < $2;

-- stored_file.count_of_creator
SELECT COUNT(*) AS file_count FROM stored_file WHERE creator_id = $1 AND created_at > $2 AND owner_type <> 'file';

-- stored_file.count_of_owner
SELECT COUNT(*) AS file_count FROM stored_file WHERE owner_type = $1 AND owner_id = $2;

-- stored_file.defer
UPDATE stored_file SET check_after = $1 WHERE id = $2 AND state = $3;

-- stored_file.due
SELECT id, check_attempts FROM stored_file WHERE state = 'waiting' AND check_after <= $1 ORDER BY check_after, id FETCH FIRST $2 ROWS ONLY;

-- stored_file.expired
SELECT id FROM stored_file WHERE state = $1 AND created_at < $2 ORDER BY created_at, id FETCH FIRST $3 ROWS ONLY;

-- stored_file.exports_due
SELECT f.id, f.owner_id, f.requester_id, f.creator_id, f.size_bytes, f.created_at FROM stored_file f WHERE f.record_class = 'export' AND f.created_at < $1 AND f.created_at >= $2 AND (f.created_at > $2 OR f.id > $3) ORDER BY f.created_at, f.id FETCH FIRST $4 ROWS ONLY;

-- stored_file.finish
UPDATE stored_file SET size_bytes = $1, media_type = $2, content_bix = $3, state = $4, is_thumbnail_wanted = $5, finished_at = $6, check_after = $6 WHERE id = $7 AND state = 'receiving';

-- stored_file.insert
INSERT INTO stored_file (id, owner_type, owner_id, requester_id, dek_id, record_class, creator_type, creator_id, name_enc, size_bytes, media_type, content_bix, state, is_thumbnail_wanted, thumbnail_id, reference_id, created_at, finished_at, check_attempts, check_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);

-- stored_file.listing
SELECT f.id, f.owner_id, f.name_enc, f.media_type, f.size_bytes, f.created_at FROM stored_file f WHERE f.requester_id = $1 AND f.owner_type IN ('conversation', 'ticket') AND f.state <> 'receiving' AND f.id > $2 ORDER BY f.id FETCH FIRST $3 ROWS ONLY;

-- stored_file.lock_due
SELECT f.id FROM stored_file f WHERE f.id = ANY($1) AND f.created_at < $2 FOR UPDATE;

-- stored_file.of_owner
SELECT id, owner_type, owner_id, requester_id, dek_id, record_class, creator_type, creator_id, name_enc, size_bytes, media_type, content_bix, state, is_thumbnail_wanted, thumbnail_id, reference_id, created_at, finished_at, check_attempts, check_after FROM stored_file WHERE owner_type = $1 AND owner_id = $2 ORDER BY created_at asc, id asc FETCH FIRST $3 ROWS ONLY;

-- stored_file.of_owners
SELECT f.id, f.owner_id, f.requester_id, f.creator_id, f.size_bytes, f.created_at FROM stored_file f WHERE f.owner_type = $1 AND f.owner_id = ANY($2) FETCH FIRST $3 ROWS ONLY;

-- stored_file.refer
UPDATE stored_file SET reference_id = $1 WHERE id = ANY($2) AND owner_type = $3 AND owner_id = $4 AND reference_id IS NULL AND state <> 'receiving';

-- stored_file.remove
DELETE FROM stored_file WHERE id = $1;

-- stored_file.reseal
UPDATE stored_file SET name_enc = $1 WHERE id = $2 AND name_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- stored_file.reseal (many rows)
UPDATE stored_file SET name_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE stored_file.id = f.id AND stored_file.name_enc IS NOT DISTINCT FROM f.old0;

-- stored_file.sealed
SELECT id, name_enc FROM stored_file ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- stored_file.sealed_next
SELECT id, name_enc FROM stored_file WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- stored_file.thumbnails_of
SELECT id, owner_type, owner_id, requester_id, dek_id, record_class, creator_type, creator_id, name_enc, size_bytes, media_type, content_bix, state, is_thumbnail_wanted, thumbnail_id, reference_id, created_at, finished_at, check_attempts, check_after FROM stored_file WHERE owner_type = $1 AND owner_id = ANY($2);

-- stored_file_chunk.body
SELECT body_enc FROM stored_file_chunk WHERE file_id = $1 AND chunk_no = $2;

-- stored_file_chunk.insert
INSERT INTO stored_file_chunk (file_id, chunk_no, start_offset, size_bytes, body_enc) VALUES ($1, $2, $3, $4, $5);

-- stored_file_chunk.places
SELECT chunk_no, start_offset, size_bytes FROM stored_file_chunk WHERE file_id = $1 ORDER BY chunk_no;

-- stored_file_chunk.remove
DELETE FROM stored_file_chunk WHERE file_id = $1;

-- stored_file_chunk.reseal
UPDATE stored_file_chunk SET body_enc = $1 WHERE file_id = $2 AND chunk_no = $3 AND body_enc IS NOT DISTINCT FROM CAST($4 AS bytea);

-- stored_file_chunk.reseal (many rows)
UPDATE stored_file_chunk SET body_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS bytea[]), CAST($4 AS bytea[])) AS f (file_id, chunk_no, next0, old0) WHERE stored_file_chunk.file_id = f.file_id AND stored_file_chunk.chunk_no = f.chunk_no AND stored_file_chunk.body_enc IS NOT DISTINCT FROM f.old0;

-- stored_file_chunk.sealed
SELECT file_id, chunk_no, body_enc FROM stored_file_chunk ORDER BY file_id, chunk_no FETCH FIRST $1 ROWS ONLY;

-- stored_file_chunk.sealed_next
SELECT file_id, chunk_no, body_enc FROM stored_file_chunk WHERE file_id >= $1 AND (file_id > $1 OR (chunk_no > $2)) ORDER BY file_id, chunk_no FETCH FIRST $3 ROWS ONLY;

-- sweep_chunk.insert
INSERT INTO sweep_chunk (run_id, chunk_no, record_class, record_count, row_count, oldest_at, newest_at, ids_hash, archive_file, archive_hash, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- sweep_chunk.of_run
SELECT run_id, chunk_no, record_class, record_count, row_count, oldest_at, newest_at, ids_hash, archive_file, archive_hash, at FROM sweep_chunk WHERE run_id = $1 ORDER BY chunk_no asc FETCH FIRST $2 ROWS ONLY;

-- sweep_chunk.of_run (next page)
SELECT run_id, chunk_no, record_class, record_count, row_count, oldest_at, newest_at, ids_hash, archive_file, archive_hash, at FROM sweep_chunk WHERE run_id = $1 AND chunk_no > $2 ORDER BY chunk_no asc FETCH FIRST $3 ROWS ONLY;

-- sweep_guard.clock
UPDATE sweep_guard SET high_water_at = $1, clock_seen_at = $2 WHERE name = $3;

-- sweep_guard.read
SELECT name, is_scheduled, high_water_at, clock_seen_at, turns, version FROM sweep_guard WHERE name = $1;

-- sweep_guard.schedule
UPDATE sweep_guard SET is_scheduled = $1, version = $2 WHERE name = $3 AND version = $4;

-- sweep_guard.turn
UPDATE sweep_guard SET turns = turns + 1 WHERE name = $1;

-- sweep_run.by_id
SELECT id, kind, state, started_by, started_at, as_of, clock_state, finished_at, at_store, after_at, after_id, chunk_count, rows_removed, report, error_code, version FROM sweep_run WHERE id = $1;

-- sweep_run.insert
INSERT INTO sweep_run (id, kind, state, started_by, started_at, as_of, clock_state, finished_at, at_store, after_at, after_id, chunk_count, rows_removed, report, error_code, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- sweep_run.newest
SELECT id, kind, state, started_by, started_at, as_of, clock_state, finished_at, at_store, after_at, after_id, chunk_count, rows_removed, report, error_code, version FROM sweep_run WHERE kind = $1 AND state = $2 ORDER BY started_at desc, id desc FETCH FIRST $3 ROWS ONLY;

-- sweep_run.page
SELECT id, kind, state, started_by, started_at, as_of, clock_state, finished_at, at_store, after_at, after_id, chunk_count, rows_removed, report, error_code, version FROM sweep_run WHERE started_at <= $1 AND (started_at < $1 OR id < $2) ORDER BY started_at DESC, id DESC FETCH FIRST $3 ROWS ONLY;

-- sweep_run.update
UPDATE sweep_run SET state = $1, finished_at = $2, at_store = $3, after_at = $4, after_id = $5, chunk_count = $6, rows_removed = $7, report = $8, error_code = $9, version = $10 WHERE id = $11 AND version = $12;

-- ticket.any_of_unit
SELECT 1 AS found FROM ticket WHERE unit_id = $1 FETCH FIRST 1 ROWS ONLY;

-- ticket.by_number
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.ticket_number = $1 AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = t.unit_id AND s.depth <= $4);

-- ticket.change
UPDATE ticket SET subject_enc = $1, priority = $2, assignee_id = $3, unit_id = $4, index_version = $5, updated_at = $6, version = $7 WHERE id = $8 AND version = $9;

-- ticket.count_of_unit
SELECT COUNT(*) AS record_count FROM (SELECT x.id FROM ticket x WHERE x.unit_id = $1 FETCH FIRST $2 ROWS ONLY) y;

-- ticket.count_solved
SELECT COUNT(*) AS records FROM ticket WHERE solved_at >= $1 AND solved_at < $2;

-- ticket.due
SELECT t.id, t.requester_id, t.conversation_id, t.assignee_id, t.state, t.opened_at, t.updated_at, t.solved_at FROM ticket t WHERE t.solved_at < $1 AND t.updated_at < $1 AND t.state IN ('solved', 'closed') AND t.solved_at >= $2 AND (t.solved_at > $2 OR t.id > $3) ORDER BY t.solved_at, t.id FETCH FIRST $4 ROWS ONLY;

-- ticket.give_to_unit
UPDATE ticket SET unit_id = $1, version = version + 1 WHERE id = ANY($2);

-- ticket.hand_over_unit
UPDATE ticket SET unit_id = $1 WHERE id IN (SELECT x.id FROM ticket x WHERE x.unit_id = $2 FETCH FIRST $3 ROWS ONLY);

-- ticket.hash
UPDATE ticket SET index_version = $1 WHERE id = $2 AND version = $3;

-- ticket.hash_page
SELECT p.id, p.version, p.subject_enc, p.description_enc FROM (SELECT s.id, s.version, s.subject_enc, s.description_enc, s.index_version FROM ticket s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p WHERE p.index_version <> $3 ORDER BY p.id FETCH FIRST $4 ROWS ONLY;

-- ticket.ids_of_unit
SELECT id FROM ticket WHERE unit_id = $1 FETCH FIRST $2 ROWS ONLY;

-- ticket.insert
INSERT INTO ticket (id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state, priority, assignee_id, skill_group_id, unit_id, opened_at, updated_at, solved_at, index_version, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- ticket.involved
SELECT DISTINCT c.ticket_id AS id, c.author_id AS account_id FROM ticket_comment c WHERE c.ticket_id = ANY($1) AND c.author_id = ANY($2) UNION SELECT e.ticket_id, e.actor_id FROM ticket_event e WHERE e.ticket_id = ANY($1) AND e.actor_id = ANY($2);

-- ticket.item
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.id = $1;

-- ticket.list
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) AND ($3 = 0 OR t.assignee_id IS NULL) AND ($4 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $5 OR t.skill_group_id = ANY($6)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $7 ROWS ONLY;

-- ticket.list_in_state
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) AND t.state = $3 AND ($4 = 0 OR t.assignee_id IS NULL) AND ($5 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $6 OR t.skill_group_id = ANY($7)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $8 ROWS ONLY;

-- ticket.list_in_state_narrow
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM (SELECT g.id FROM (SELECT s.unit_id, h.opened_at, h.id FROM unit_closure s CROSS JOIN LATERAL (SELECT t.opened_at, t.id FROM ticket t WHERE t.unit_id = s.unit_id AND t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) AND t.state = $3 AND ($4 = 0 OR t.assignee_id IS NULL) AND ($5 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $6 OR t.skill_group_id = ANY($7)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST 1 ROWS ONLY) h WHERE s.ancestor_id = $8 ORDER BY h.opened_at DESC, h.id DESC FETCH FIRST $9 ROWS ONLY) u CROSS JOIN LATERAL (SELECT t.opened_at, t.id FROM ticket t WHERE t.unit_id = u.unit_id AND t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) AND t.state = $3 AND ($4 = 0 OR t.assignee_id IS NULL) AND ($5 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $6 OR t.skill_group_id = ANY($7)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $9 ROWS ONLY) g ORDER BY g.opened_at DESC, g.id DESC FETCH FIRST $9 ROWS ONLY) f JOIN ticket t ON t.id = f.id JOIN requester r ON r.id = t.requester_id ORDER BY t.opened_at DESC, t.id DESC;

-- ticket.list_in_state_unit
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.unit_id = $1 AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND t.opened_at <= $3 AND (t.opened_at < $3 OR t.id < $4) AND t.state = $5 AND ($6 = 0 OR t.assignee_id IS NULL) AND ($7 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $8 OR t.skill_group_id = ANY($9)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $10 ROWS ONLY;

-- ticket.list_in_state_wide
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM (SELECT p.id FROM (SELECT t.id, t.opened_at, t.unit_id FROM ticket t WHERE t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) AND t.state = $3 AND ($4 = 0 OR t.assignee_id IS NULL) AND ($5 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $6 OR t.skill_group_id = ANY($7)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $8 ROWS ONLY) p CROSS JOIN LATERAL (SELECT s.depth FROM unit_closure s WHERE s.ancestor_id = $9 AND s.unit_id = p.unit_id FETCH FIRST 1 ROWS ONLY) w ORDER BY p.opened_at DESC, p.id DESC FETCH FIRST $10 ROWS ONLY) f JOIN ticket t ON t.id = f.id JOIN requester r ON r.id = t.requester_id ORDER BY t.opened_at DESC, t.id DESC;

-- ticket.list_narrow
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM (SELECT g.id FROM (SELECT s.unit_id, h.opened_at, h.id FROM unit_closure s CROSS JOIN LATERAL (SELECT t.opened_at, t.id FROM ticket t WHERE t.unit_id = s.unit_id AND t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) AND ($3 = 0 OR t.assignee_id IS NULL) AND ($4 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $5 OR t.skill_group_id = ANY($6)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST 1 ROWS ONLY) h WHERE s.ancestor_id = $7 ORDER BY h.opened_at DESC, h.id DESC FETCH FIRST $8 ROWS ONLY) u CROSS JOIN LATERAL (SELECT t.opened_at, t.id FROM ticket t WHERE t.unit_id = u.unit_id AND t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) AND ($3 = 0 OR t.assignee_id IS NULL) AND ($4 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $5 OR t.skill_group_id = ANY($6)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $8 ROWS ONLY) g ORDER BY g.opened_at DESC, g.id DESC FETCH FIRST $8 ROWS ONLY) f JOIN ticket t ON t.id = f.id JOIN requester r ON r.id = t.requester_id ORDER BY t.opened_at DESC, t.id DESC;

-- ticket.list_of_assignee
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.assignee_id = $1 AND (t.state = $2 OR $2 IS NULL) AND (t.assignee_id = $1 OR $1 IS NULL) AND (t.requester_id = $3 OR $3 IS NULL) AND ($4 = 0 OR t.assignee_id IS NULL) AND ($5 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $6 OR t.skill_group_id = ANY($7)) AND (EXISTS (SELECT 1 FROM custom_value v WHERE v.record_type = 'ticket' AND v.record_id = t.id AND v.field_key = $8 AND (v.choice_value = $9 OR $9 IS NULL) AND (v.number_value >= $10 OR $10 IS NULL) AND (v.number_value <= $11 OR $11 IS NULL) AND ($12 = 0 OR v.value_bix = ANY($13)) AND ($14 = 0 OR v.value_last4_bix = ANY($15)) AND ($16 = 0 OR v.value_prefix_bix = ANY($17))) OR $8 IS NULL) AND (t.assignee_id = $18 OR t.assignee_id IS NULL OR $18 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $19 AND s.unit_id = t.unit_id AND s.depth <= $20) AND t.opened_at <= $21 AND (t.opened_at < $21 OR t.id < $22) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $23 ROWS ONLY;

-- ticket.list_of_field
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE EXISTS (SELECT 1 FROM custom_value v WHERE v.record_type = 'ticket' AND v.record_id = t.id AND v.field_key = $1 AND (v.choice_value = $2 OR $2 IS NULL) AND (v.number_value >= $3 OR $3 IS NULL) AND (v.number_value <= $4 OR $4 IS NULL) AND ($5 = 0 OR v.value_bix = ANY($6)) AND ($7 = 0 OR v.value_last4_bix = ANY($8)) AND ($9 = 0 OR v.value_prefix_bix = ANY($10))) AND (t.state = $11 OR $11 IS NULL) AND (t.assignee_id = $12 OR $12 IS NULL) AND (t.requester_id = $13 OR $13 IS NULL) AND ($14 = 0 OR t.assignee_id IS NULL) AND ($15 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $16 OR t.skill_group_id = ANY($17)) AND (EXISTS (SELECT 1 FROM custom_value v WHERE v.record_type = 'ticket' AND v.record_id = t.id AND v.field_key = $1 AND (v.choice_value = $2 OR $2 IS NULL) AND (v.number_value >= $3 OR $3 IS NULL) AND (v.number_value <= $4 OR $4 IS NULL) AND ($5 = 0 OR v.value_bix = ANY($6)) AND ($7 = 0 OR v.value_last4_bix = ANY($8)) AND ($9 = 0 OR v.value_prefix_bix = ANY($10))) OR $1 IS NULL) AND (t.assignee_id = $18 OR t.assignee_id IS NULL OR $18 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $19 AND s.unit_id = t.unit_id AND s.depth <= $20) AND t.opened_at <= $21 AND (t.opened_at < $21 OR t.id < $22) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $23 ROWS ONLY;

-- ticket.list_of_field_words
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.id IN (SELECT v.record_id FROM custom_value_token k JOIN custom_value v ON v.id = k.value_id WHERE k.tokens @> CAST($1 AS bigint[]) AND v.record_type = 'ticket' AND v.field_key = $2) AND (t.state = $3 OR $3 IS NULL) AND (t.assignee_id = $4 OR $4 IS NULL) AND (t.requester_id = $5 OR $5 IS NULL) AND ($6 = 0 OR t.assignee_id IS NULL) AND ($7 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $8 OR t.skill_group_id = ANY($9)) AND (t.assignee_id = $10 OR t.assignee_id IS NULL OR $10 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $11 AND s.unit_id = t.unit_id AND s.depth <= $12) AND t.opened_at <= $13 AND (t.opened_at < $13 OR t.id < $14) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $15 ROWS ONLY;

-- ticket.list_of_requester
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.requester_id = $1 AND (t.state = $2 OR $2 IS NULL) AND (t.assignee_id = $3 OR $3 IS NULL) AND (t.requester_id = $1 OR $1 IS NULL) AND ($4 = 0 OR t.assignee_id IS NULL) AND ($5 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $6 OR t.skill_group_id = ANY($7)) AND (EXISTS (SELECT 1 FROM custom_value v WHERE v.record_type = 'ticket' AND v.record_id = t.id AND v.field_key = $8 AND (v.choice_value = $9 OR $9 IS NULL) AND (v.number_value >= $10 OR $10 IS NULL) AND (v.number_value <= $11 OR $11 IS NULL) AND ($12 = 0 OR v.value_bix = ANY($13)) AND ($14 = 0 OR v.value_last4_bix = ANY($15)) AND ($16 = 0 OR v.value_prefix_bix = ANY($17))) OR $8 IS NULL) AND (t.assignee_id = $18 OR t.assignee_id IS NULL OR $18 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $19 AND s.unit_id = t.unit_id AND s.depth <= $20) AND t.opened_at <= $21 AND (t.opened_at < $21 OR t.id < $22) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $23 ROWS ONLY;

-- ticket.list_unit
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.unit_id = $1 AND (t.assignee_id = $2 OR t.assignee_id IS NULL OR $2 IS NULL) AND t.opened_at <= $3 AND (t.opened_at < $3 OR t.id < $4) AND ($5 = 0 OR t.assignee_id IS NULL) AND ($6 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $7 OR t.skill_group_id = ANY($8)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $9 ROWS ONLY;

-- ticket.list_wide
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc FROM (SELECT p.id FROM (SELECT t.id, t.opened_at, t.unit_id FROM ticket t WHERE t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) AND ($3 = 0 OR t.assignee_id IS NULL) AND ($4 = 1 OR t.skill_group_id IS NULL OR t.assignee_id = $5 OR t.skill_group_id = ANY($6)) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $7 ROWS ONLY) p CROSS JOIN LATERAL (SELECT s.depth FROM unit_closure s WHERE s.ancestor_id = $8 AND s.unit_id = p.unit_id FETCH FIRST 1 ROWS ONLY) w ORDER BY p.opened_at DESC, p.id DESC FETCH FIRST $9 ROWS ONLY) f JOIN ticket t ON t.id = f.id JOIN requester r ON r.id = t.requester_id ORDER BY t.opened_at DESC, t.id DESC;

-- ticket.lock_due
SELECT t.id FROM ticket t WHERE t.id = ANY($1) AND t.updated_at < $2 AND t.state IN ('solved', 'closed') FOR UPDATE;

-- ticket.lock_figures
SELECT id, unit_id, opened_at, solved_at FROM ticket WHERE id = ANY($1) FOR UPDATE;

-- ticket.move
UPDATE ticket SET state = $1, solved_at = $2, updated_at = $3, version = $4 WHERE id = $5 AND version = $6;

-- ticket.of_conversations
SELECT t.id, t.requester_id, t.conversation_id, t.assignee_id, t.state, t.opened_at, t.updated_at, t.solved_at FROM ticket t WHERE t.conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- ticket.of_requesters
SELECT t.id, t.requester_id, t.conversation_id, t.assignee_id, t.state, t.opened_at, t.updated_at, t.solved_at FROM ticket t WHERE t.requester_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- ticket.other_version
SELECT COUNT(*) AS row_count FROM (SELECT s.id, s.index_version FROM ticket s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p WHERE p.index_version <> $3;

-- ticket.owned
SELECT id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state, priority, assignee_id, skill_group_id, unit_id, opened_at, updated_at, solved_at, index_version, version FROM ticket WHERE id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- ticket.owned_next
SELECT id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state, priority, assignee_id, skill_group_id, unit_id, opened_at, updated_at, solved_at, index_version, version FROM ticket WHERE id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- ticket.owned_whole
SELECT id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state, priority, assignee_id, skill_group_id, unit_id, opened_at, updated_at, solved_at, index_version, version FROM ticket WHERE id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- ticket.remove_owned
DELETE FROM ticket WHERE id = ANY($1);

-- ticket.reseal
UPDATE ticket SET subject_enc = $1, description_enc = $2 WHERE id = $3 AND subject_enc IS NOT DISTINCT FROM CAST($4 AS bytea) AND description_enc IS NOT DISTINCT FROM CAST($5 AS bytea);

-- ticket.reseal (many rows)
UPDATE ticket SET subject_enc = f.next0, description_enc = f.next1 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[])) AS f (id, next0, old0, next1, old1) WHERE ticket.id = f.id AND ticket.subject_enc IS NOT DISTINCT FROM f.old0 AND ticket.description_enc IS NOT DISTINCT FROM f.old1;

-- ticket.sealed
SELECT id, subject_enc, description_enc FROM ticket ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- ticket.sealed_next
SELECT id, subject_enc, description_enc FROM ticket WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- ticket.search
WITH k AS MATERIALIZED (SELECT h.ticket_id FROM ticket_token h WHERE h.tokens @> CAST($1 AS bigint[])) SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc, t.description_enc FROM (SELECT t.id FROM k CROSS JOIN LATERAL (SELECT o.id, o.opened_at, o.unit_id, o.assignee_id FROM ticket o WHERE o.id = k.ticket_id FETCH FIRST 1 ROWS ONLY) t WHERE t.opened_at <= $2 AND (t.opened_at < $2 OR t.id < $3) AND (t.assignee_id = $4 OR t.assignee_id IS NULL OR $4 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $5 AND s.unit_id = t.unit_id AND s.depth <= $6) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $7 ROWS ONLY) f JOIN ticket t ON t.id = f.id JOIN requester r ON r.id = t.requester_id ORDER BY t.opened_at DESC, t.id DESC;

-- ticket.search_newest
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc, t.description_enc FROM (SELECT t.id FROM (SELECT t.id, t.opened_at, t.unit_id, t.assignee_id FROM ticket t WHERE t.opened_at <= $1 AND (t.opened_at < $1 OR t.id < $2) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $3 ROWS ONLY) t CROSS JOIN LATERAL (SELECT h.tokens FROM ticket_token h WHERE h.ticket_id = t.id FETCH FIRST 1 ROWS ONLY) k WHERE k.tokens @> CAST($4 AS bigint[]) AND (t.assignee_id = $5 OR t.assignee_id IS NULL OR $5 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $6 AND s.unit_id = t.unit_id AND s.depth <= $7) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $8 ROWS ONLY) f JOIN ticket t ON t.id = f.id JOIN requester r ON r.id = t.requester_id ORDER BY t.opened_at DESC, t.id DESC;

-- ticket.search_newest_unit
SELECT t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority, t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc, t.description_enc FROM (SELECT t.id FROM (SELECT t.id, t.opened_at, t.unit_id, t.assignee_id FROM ticket t WHERE t.unit_id = $1 AND t.opened_at <= $2 AND (t.opened_at < $2 OR t.id < $3) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $4 ROWS ONLY) t CROSS JOIN LATERAL (SELECT h.tokens FROM ticket_token h WHERE h.ticket_id = t.id FETCH FIRST 1 ROWS ONLY) k WHERE k.tokens @> CAST($5 AS bigint[]) AND (t.assignee_id = $6 OR t.assignee_id IS NULL OR $6 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $1 AND s.unit_id = t.unit_id AND s.depth <= $7) ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST $8 ROWS ONLY) f JOIN ticket t ON t.id = f.id JOIN requester r ON r.id = t.requester_id ORDER BY t.opened_at DESC, t.id DESC;

-- ticket.span_end
SELECT p.id FROM (SELECT s.id FROM ticket s WHERE s.id > $1 ORDER BY s.id FETCH FIRST $2 ROWS ONLY) p ORDER BY p.id DESC FETCH FIRST 1 ROWS ONLY;

-- ticket.subject
SELECT t.id, t.requester_id, t.conversation_id, t.assignee_id, t.state, t.opened_at, t.updated_at, t.solved_at FROM ticket t WHERE t.id = $1;

-- ticket.touch
UPDATE ticket SET updated_at = $1 WHERE id = $2 AND state <> 'closed';

-- ticket.transfer
UPDATE ticket SET unit_id = $1, assignee_id = $2, skill_group_id = $3, updated_at = $4, version = $5 WHERE id = $6 AND version = $7;

-- ticket.within
SELECT x.id, x.ticket_number, x.requester_id, x.dek_id, x.conversation_id, x.subject_enc, x.description_enc, x.state, x.priority, x.assignee_id, x.skill_group_id, x.unit_id, x.opened_at, x.updated_at, x.solved_at, x.index_version, x.version FROM ticket x WHERE x.id = $1 AND (x.assignee_id = $2 OR x.assignee_id IS NULL OR $2 IS NULL) AND EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = $3 AND s.unit_id = x.unit_id AND s.depth <= $4);

-- ticket_comment.insert
INSERT INTO ticket_comment (id, ticket_id, author_type, author_id, body_enc, is_internal, at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- ticket_comment.of_ticket
SELECT id, ticket_id, author_type, author_id, body_enc, is_internal, at FROM ticket_comment WHERE ticket_id = $1 ORDER BY at asc, id asc FETCH FIRST $2 ROWS ONLY;

-- ticket_comment.owned
SELECT id, ticket_id, author_type, author_id, body_enc, is_internal, at FROM ticket_comment WHERE ticket_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- ticket_comment.owned_next
SELECT id, ticket_id, author_type, author_id, body_enc, is_internal, at FROM ticket_comment WHERE ticket_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- ticket_comment.owned_whole
SELECT id, ticket_id, author_type, author_id, body_enc, is_internal, at FROM ticket_comment WHERE ticket_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- ticket_comment.remove_owned
DELETE FROM ticket_comment WHERE ticket_id = ANY($1);

-- ticket_comment.reseal
UPDATE ticket_comment SET body_enc = $1 WHERE id = $2 AND body_enc IS NOT DISTINCT FROM CAST($3 AS bytea);

-- ticket_comment.reseal (many rows)
UPDATE ticket_comment SET body_enc = f.next0 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[])) AS f (id, next0, old0) WHERE ticket_comment.id = f.id AND ticket_comment.body_enc IS NOT DISTINCT FROM f.old0;

-- ticket_comment.sealed
SELECT id, body_enc FROM ticket_comment ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- ticket_comment.sealed_next
SELECT id, body_enc FROM ticket_comment WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- ticket_event.insert
INSERT INTO ticket_event (id, ticket_id, at, actor_type, actor_id, action, from_value, to_value) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- ticket_event.of_ticket
SELECT id, ticket_id, at, actor_type, actor_id, action, from_value, to_value FROM ticket_event WHERE ticket_id = $1 ORDER BY at asc, id asc FETCH FIRST $2 ROWS ONLY;

-- ticket_event.owned
SELECT id, ticket_id, at, actor_type, actor_id, action, from_value, to_value FROM ticket_event WHERE ticket_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- ticket_event.owned_next
SELECT id, ticket_id, at, actor_type, actor_id, action, from_value, to_value FROM ticket_event WHERE ticket_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- ticket_event.owned_whole
SELECT id, ticket_id, at, actor_type, actor_id, action, from_value, to_value FROM ticket_event WHERE ticket_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- ticket_event.remove_owned
DELETE FROM ticket_event WHERE ticket_id = ANY($1);

-- ticket_token.put
INSERT INTO ticket_token (ticket_id, tokens) VALUES ($1, CAST($2 AS bigint[]));

-- ticket_token.remove
DELETE FROM ticket_token WHERE ticket_id = $1;

-- ticket_token.remove_owned
DELETE FROM ticket_token WHERE ticket_id = ANY($1);

-- unit_closure.add_under
INSERT INTO unit_closure (ancestor_id, unit_id, depth) SELECT a.ancestor_id, d.unit_id, a.depth + d.depth + 1 FROM unit_closure a JOIN unit_closure d ON d.ancestor_id = $1 WHERE a.unit_id = $2;

-- unit_closure.cut
DELETE FROM unit_closure WHERE unit_id IN (SELECT d.unit_id FROM unit_closure d WHERE d.ancestor_id = $1) AND ancestor_id IN (SELECT a.ancestor_id FROM unit_closure a WHERE a.unit_id = $1 AND a.depth > 0);

-- unit_closure.has
SELECT depth FROM unit_closure WHERE ancestor_id = $1 AND unit_id = $2;

-- unit_closure.height
SELECT MAX(c.depth) AS height FROM unit_closure c JOIN org_unit u ON u.id = c.unit_id WHERE c.ancestor_id = $1 AND u.state = 'active';

-- unit_closure.insert
INSERT INTO unit_closure (ancestor_id, unit_id, depth) VALUES ($1, $2, $3);

-- unit_closure.within
SELECT s.depth FROM unit_closure s WHERE s.ancestor_id = $1 AND s.unit_id = $2 AND s.depth <= $3;

-- visitor_session.by_resume
SELECT id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at FROM visitor_session WHERE resume_hash = $1 ORDER BY created_at desc FETCH FIRST $2 ROWS ONLY;

-- visitor_session.by_token
SELECT id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at FROM visitor_session WHERE token_hash = $1;

-- visitor_session.ended
SELECT id FROM visitor_session WHERE expires_at < $1 ORDER BY expires_at, id FETCH FIRST $2 ROWS ONLY;

-- visitor_session.insert
INSERT INTO visitor_session (id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- visitor_session.owned
SELECT id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at FROM visitor_session WHERE conversation_id = ANY($1) ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- visitor_session.owned_next
SELECT id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at FROM visitor_session WHERE conversation_id = ANY($1) AND id > $2 ORDER BY id FETCH FIRST $3 ROWS ONLY;

-- visitor_session.owned_whole
SELECT id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at FROM visitor_session WHERE conversation_id = ANY($1) FETCH FIRST $2 ROWS ONLY;

-- visitor_session.remove
DELETE FROM visitor_session WHERE id = ANY($1);

-- visitor_session.remove_owned
DELETE FROM visitor_session WHERE conversation_id = ANY($1);

-- webhook.by_id
SELECT id, name, url_enc, protocol, host, port, event_types, state, stopped_code, secret_enc, old_secret_enc, old_until_at, failure_count, failing_since_at, open_until_at, last_error_code, last_delivered_at, created_by_id, created_at, version FROM webhook WHERE id = $1;

-- webhook.insert
INSERT INTO webhook (id, name, url_enc, protocol, host, port, event_types, state, stopped_code, secret_enc, old_secret_enc, old_until_at, failure_count, failing_since_at, open_until_at, last_error_code, last_delivered_at, created_by_id, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);

-- webhook.list
SELECT id, name, url_enc, protocol, host, port, event_types, state, stopped_code, secret_enc, old_secret_enc, old_until_at, failure_count, failing_since_at, open_until_at, last_error_code, last_delivered_at, created_by_id, created_at, version FROM webhook ORDER BY id asc FETCH FIRST $1 ROWS ONLY;

-- webhook.ready
SELECT w.id FROM webhook w WHERE w.state = 'active' AND (w.open_until_at IS NULL OR w.open_until_at <= $1) AND EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 0 AND d.next_at <= $1) ORDER BY w.id;

-- webhook.remove
DELETE FROM webhook WHERE id = $1;

-- webhook.reseal
UPDATE webhook SET url_enc = $1, secret_enc = $2, old_secret_enc = $3 WHERE id = $4 AND url_enc IS NOT DISTINCT FROM CAST($5 AS bytea) AND secret_enc IS NOT DISTINCT FROM CAST($6 AS bytea) AND old_secret_enc IS NOT DISTINCT FROM CAST($7 AS bytea);

-- webhook.reseal (many rows)
UPDATE webhook SET url_enc = f.next0, secret_enc = f.next1, old_secret_enc = f.next2 FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bytea[]), CAST($3 AS bytea[]), CAST($4 AS bytea[]), CAST($5 AS bytea[]), CAST($6 AS bytea[]), CAST($7 AS bytea[])) AS f (id, next0, old0, next1, old1, next2, old2) WHERE webhook.id = f.id AND webhook.url_enc IS NOT DISTINCT FROM f.old0 AND webhook.secret_enc IS NOT DISTINCT FROM f.old1 AND webhook.old_secret_enc IS NOT DISTINCT FROM f.old2;

-- webhook.sealed
SELECT id, url_enc, secret_enc, old_secret_enc FROM webhook ORDER BY id FETCH FIRST $1 ROWS ONLY;

-- webhook.sealed_next
SELECT id, url_enc, secret_enc, old_secret_enc FROM webhook WHERE id > $1 ORDER BY id FETCH FIRST $2 ROWS ONLY;

-- webhook.set_health
UPDATE webhook SET failure_count = $1, failing_since_at = $2, open_until_at = $3, last_error_code = $4, last_delivered_at = $5 WHERE id = $6;

-- webhook.set_secrets
UPDATE webhook SET secret_enc = $1, old_secret_enc = $2, old_until_at = $3, version = $4 WHERE id = $5 AND version = $6;

-- webhook.set_state
UPDATE webhook SET state = $1, stopped_code = $2, failure_count = $3, failing_since_at = $4, open_until_at = $5, version = $6 WHERE id = $7 AND version = $8;

-- webhook.update
UPDATE webhook SET name = $1, url_enc = $2, protocol = $3, host = $4, port = $5, event_types = $6, version = $7 WHERE id = $8 AND version = $9;

-- webhook_delivery.counts
SELECT webhook_id, state, COUNT(*) AS deliveries FROM webhook_delivery WHERE state <> 1 GROUP BY webhook_id, state;

-- webhook_delivery.give_up
UPDATE webhook_delivery SET state = 2, last_error_code = COALESCE(last_error_code, $1) WHERE webhook_id = $2 AND state = 0 AND created_at < $3;

-- webhook_delivery.heads
SELECT d.event_key FROM webhook_delivery d WHERE d.webhook_id = $1 AND d.state = 0 AND d.next_at <= $2 AND NOT EXISTS (SELECT 1 FROM webhook_delivery e WHERE e.webhook_id = d.webhook_id AND e.event_key = d.event_key AND e.state = 0 AND e.id < d.id) ORDER BY d.next_at, d.id FETCH FIRST $3 ROWS ONLY;

-- webhook_delivery.insert
INSERT INTO webhook_delivery (id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- webhook_delivery.of_key
SELECT id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms FROM webhook_delivery WHERE webhook_id = $1 AND event_key = $2 AND state = $3 ORDER BY id asc FETCH FIRST $4 ROWS ONLY;

-- webhook_delivery.page
SELECT id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms FROM webhook_delivery WHERE webhook_id = $1 ORDER BY id desc FETCH FIRST $2 ROWS ONLY;

-- webhook_delivery.page (next page)
SELECT id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms FROM webhook_delivery WHERE webhook_id = $1 AND id < $2 ORDER BY id desc FETCH FIRST $3 ROWS ONLY;

-- webhook_delivery.page_state
SELECT id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms FROM webhook_delivery WHERE webhook_id = $1 AND state = $2 ORDER BY id desc FETCH FIRST $3 ROWS ONLY;

-- webhook_delivery.page_state (next page)
SELECT id, webhook_id, event_id, event_type, event_key, event_at, payload, state, attempts, next_at, created_at, last_at, last_status, last_error_code, last_ms FROM webhook_delivery WHERE webhook_id = $1 AND state = $2 AND id < $3 ORDER BY id desc FETCH FIRST $4 ROWS ONLY;

-- webhook_delivery.redrive
UPDATE webhook_delivery SET state = 0, attempts = 0, next_at = $1, created_at = $1 WHERE webhook_id = $2 AND state = 2;

-- webhook_delivery.redrive_one
UPDATE webhook_delivery SET state = 0, attempts = 0, next_at = $1, created_at = $1 WHERE id = $2 AND webhook_id = $3 AND state <> 0;

-- webhook_delivery.remove_all
DELETE FROM webhook_delivery WHERE webhook_id = $1;

-- webhook_delivery.result
UPDATE webhook_delivery SET state = $1, attempts = $2, next_at = $3, last_at = $4, last_status = $5, last_error_code = $6, last_ms = $7 WHERE id = $8 AND state = $9;

-- webhook_delivery.sweep
DELETE FROM webhook_delivery WHERE state = $1 AND created_at < $2;

-- witness_head.insert
INSERT INTO witness_head (id, origin, head_no, seal_no, tree_size, checkpoint, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- witness_head.last
SELECT id, origin, head_no, seal_no, tree_size, checkpoint, received_at FROM witness_head WHERE origin = $1 ORDER BY head_no desc FETCH FIRST $2 ROWS ONLY;

-- witness_refusal.insert
INSERT INTO witness_refusal (id, origin, held, offered, received_at) VALUES ($1, $2, $3, $4, $5);

-- witness_refusal.page
SELECT id, origin, held, offered, received_at FROM witness_refusal WHERE received_at <= $1 AND (received_at < $1 OR id < $2) ORDER BY received_at DESC, id DESC FETCH FIRST $3 ROWS ONLY;

-- message.batch
WITH inserted AS (INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at) SELECT fresh.* FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::uuid[], $5::varchar[], $6::varchar[], $7::varchar[], $8::bytea[], $9::text[], $10::timestamp(3)[]) AS fresh), merged AS (UPDATE conversation SET state = fresh.state, skill_group_id = fresh.skill_group_id, unit_id = fresh.unit_id, assignee_id = fresh.assignee_id, last_seq = fresh.last_seq, last_from = fresh.last_from, last_at = fresh.last_at, agent_read_seq = fresh.agent_read_seq, robot_misses = fresh.robot_misses, handover_reason = fresh.handover_reason, queued_at = fresh.queued_at, assigned_at = fresh.assigned_at, first_response_at = fresh.first_response_at, closed_at = fresh.closed_at, version = fresh.version FROM unnest($11::uuid[], $12::varchar[], $13::uuid[], $14::uuid[], $15::uuid[], $16::bigint[], $17::varchar[], $18::timestamp(3)[], $19::bigint[], $20::bigint[], $21::varchar[], $22::timestamp(3)[], $23::timestamp(3)[], $24::timestamp(3)[], $25::timestamp(3)[], $26::bigint[]) AS fresh (id, state, skill_group_id, unit_id, assignee_id, last_seq, last_from, last_at, agent_read_seq, robot_misses, handover_reason, queued_at, assigned_at, first_response_at, closed_at, version) WHERE conversation.id = fresh.id), touched AS (UPDATE conversation SET last_seq = fresh.last_seq, last_from = fresh.last_from, last_at = fresh.last_at, version = fresh.version FROM unnest($27::uuid[], $28::bigint[], $29::varchar[], $30::timestamp(3)[], $31::bigint[]) AS fresh (id, last_seq, last_from, last_at, version) WHERE conversation.id = fresh.id), audited AS (INSERT INTO audit_event (node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf) SELECT $32::varchar, $33::bigint, $34::bigint, fresh.* FROM unnest($35::bigint[], $36::uuid[], $37::timestamp(3)[], $38::varchar[], $39::varchar[], $40::varchar[], $41::varchar[], $42::varchar[], $43::varchar[], $44::varchar[], $45::varchar[], $46::text[], $47::bytea[]) AS fresh), counted AS (INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount) SELECT fresh.* FROM unnest($48::varchar[], $49::varchar[], $50::timestamp(3)[], $51::uuid[], $52::bigint[], $53::uuid[], $54::bigint[]) AS fresh) INSERT INTO outbox_event (id, position, type, event_key, at, payload, state, attempts, next_at, last_error_code) SELECT fresh.* FROM unnest($55::uuid[], $56::bigint[], $57::varchar[], $58::varchar[], $59::timestamp(3)[], $60::text[], $61::bigint[], $62::bigint[], $63::timestamp(3)[], $64::varchar[]) AS fresh;
