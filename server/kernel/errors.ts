/**
 * Every error code we ever answer with, its HTTP status, and a sentence that is safe to show. Codes are permanent:
 * add, never rename. The console translates them by code; `docs/api/errors.md` is tested against this table.
 */
export const ERRORS = {
  'request.invalid': [400, 'The request does not have the required form.'],
  'request.cursor_invalid': [400, 'The cursor is not one this list gave out.'],
  'request.too_large': [413, 'The request is larger than the limit.'],
  'request.media_type': [
    415,
    'Send the body as application/json, or as bytes where the address takes bytes.',
  ],
  'request.range_unsatisfiable': [416, 'The content is shorter than where the wanted part begins.'],
  'request.host_invalid': [421, 'Exactly one Host header with a configured name is required.'],
  'request.origin_refused': [403, 'Requests from this origin are refused.'],
  'request.rate_limited': [429, 'Too many requests; try again later.'],
  'request.not_found': [404, 'There is nothing at this address for you.'],
  'request.method_not_allowed': [405, 'This address does not know that method.'],
  'request.if_match_required': [428, 'Send If-Match with the version you read.'],
  'request.version_stale': [412, 'Somebody changed this in the meantime; load it again.'],
  'idempotency.mismatch': [422, 'This Idempotency-Key was used with another body.'],
  'idempotency.in_progress': [409, 'The first request with this Idempotency-Key is still running.'],
  'access.unauthenticated': [401, 'Sign in first.'],
  'access.refused': [403, 'Your account may not do this.'],
  'access.csrf': [403, 'The X-CSRF-Token header is missing or wrong.'],
  'session.credentials_invalid': [401, 'User name, password, or code is wrong.'],
  'session.otp_required': [401, 'This account needs a six-digit code as well.'],
  'session.locked': [423, 'This account is locked for 15 minutes after too many failures.'],
  'session.expired': [401, 'The session has ended; sign in again.'],
  'session.password_expired': [403, 'The password has expired; change it first.'],
  'account.username_taken': [409, 'An account with this user name exists.'],
  'account.password_weak': [
    422,
    'The password needs 12 characters with 3 of 4 classes and must not be common or recent.',
  ],
  'account.roles_exclusive': [422, 'The three administrator roles exclude each other and every other role.'],
  'account.self_refused': [403, 'Nobody may change the rights of the own account.'],
  'account.second_person': [403, 'A second person must approve this.'],
  'account.state_refused': [409, 'The account is not in a state that allows this.'],
  'approval.second_person': [403, 'Nobody may decide on what they asked for; another person must.'],
  'approval.state_refused': [409, 'This has been decided already.'],
  'approval.expired': [409, 'Nobody decided on this in seven days; ask for it again.'],
  'approval.exists': [409, 'The same is waiting for approval already.'],
  'approval.limit': [409, 'A hundred acts of this account wait for approval; have some decided first.'],
  'approval.not_applicable': [409, 'This can no longer be done as it was asked for; nothing was changed.'],
  'approval.reason_invalid': [422, 'State a reason of 2 to 500 characters, without personal data.'],
  'unit.unknown': [422, 'There is no such unit, or it was closed.'],
  'unit.cycle': [409, 'A unit cannot lie under itself or under one of its own units.'],
  'unit.root_fixed': [409, 'The head office cannot be moved, closed, or become something else.'],
  'unit.kind_refused': [409, 'A unit of this kind cannot lie under a unit of that kind.'],
  'unit.too_deep': [409, 'The tree of units would become too deep.'],
  'unit.too_many': [409, 'The organisation has as many units as it may have.'],
  'unit.name_taken': [409, 'A unit of this name lies under the same unit already.'],
  'unit.code_taken': [409, 'A unit with this code exists, or existed.'],
  'unit.has_units': [409, 'Units lie under this one; move or close them first.'],
  'unit.successor_needed': [409, 'The unit has people or work; name the unit that takes them.'],
  'site.unknown': [404, 'There is no such site.'],
  'site.exists': [409, 'A site with this id exists.'],
  'site.identity_invalid': [401, "The customer's signed identity is not valid for this site."],
  'visitor.token_invalid': [401, 'The visitor session is unknown or has expired.'],
  'visitor.conversations_limit': [429, 'Too many open conversations.'],
  'frame.malformed': [400, 'The frame is not a JSON object of the protocol.'],
  'frame.too_large': [413, 'The frame is larger than 64 KiB.'],
  'frame.unknown_type': [400, 'The frame type is not part of the protocol.'],
  'frame.hello_expected': [400, 'Say hello first.'],
  'message.text_invalid': [400, 'The text contains NUL or half of a character pair.'],
  'message.text_empty': [400, 'The text is empty.'],
  'message.text_too_long': [413, 'The text is longer than 8,000 characters.'],
  'message.id_invalid': [400, 'The message id must be a lower-case UUID.'],
  'message.id_reused': [409, 'This message id was used with another text.'],
  'message.blocked': [409, 'An earlier message of this conversation was refused; send that one again first.'],
  'conversation.closed': [409, 'The conversation is closed.'],
  'conversation.state_refused': [409, 'The conversation is not in a state that allows this.'],
  'conversation.agent_unavailable': [409, 'That agent cannot take the conversation now.'],
  'conversation.rated': [409, 'The conversation has been rated already.'],
  'requester.reveal_purpose': [422, 'State the purpose for which the value is shown.'],
  'ticket.transition_refused': [409, 'The ticket cannot go from its state to that one.'],
  'ticket.closed': [409, 'The ticket is closed; open a new one.'],
  'ticket.requester_unknown': [422, 'The ticket names an unknown requester or conversation.'],
  'article.state_refused': [409, 'The article is not in a state that allows this.'],
  'article.author_approves': [403, 'The author of a version cannot approve it.'],
  'article.question_taken': [409, 'Another article already has this question.'],
  'evaluation.state_refused': [409, 'The evaluation is not in a state that allows this.'],
  'score_card.invalid': [422, 'The score card has a rule that cannot be used.'],
  'settings.invalid': [422, 'The settings have a value that cannot be used.'],
  'settings.unchanged': [409, 'The settings are like this already.'],
  'settings.version_invalid': [422, 'That version no longer fits the rules of today.'],
  'module.off': [404, 'This part of the product is switched off.'],
  'brand.contrast': [422, 'The colour does not stand out enough from its ground (WCAG AA).'],
  'brand.logo_refused': [422, 'The logo must be a PNG of at most 64 KiB and 512 by 256 pixels.'],
  'text.placeholder_unknown': [422, 'The text has a placeholder that this place does not know.'],
  'text.label_required': [422, 'The label must say that a machine wrote the answer.'],
  'robot.not_ready': [503, 'The robot is still learning; try again in a moment.'],
  'egress.refused': [403, 'The server may not call that address; a rule must allow it first.'],
  'egress.unreachable': [502, 'The other system does not answer.'],
  'egress.timeout': [504, 'The other system did not answer in time.'],
  'egress.tls': [502, 'The other system could not prove who it is, or speaks no TLS 1.2.'],
  'egress.too_large': [502, 'The other system answered with more than is taken.'],
  'egress.invalid_answer': [502, 'The other system answered in a form that is not taken.'],
  'egress.busy': [503, 'Too many calls to other systems are running; try again shortly.'],
  'egress.host_invalid': [422, 'Write the host as a plain name or address, without other spellings.'],
  'egress.rule_exists': [409, 'A rule for this place exists or waits for approval.'],
  'egress.state_refused': [409, 'The rule has been decided on already.'],
  'file.empty': [422, 'The file is empty.'],
  'file.too_large': [413, 'The file is larger than 20 MB.'],
  'file.limit': [429, 'Too many files; wait, or use another conversation or ticket.'],
  'file.id_reused': [409, 'This file id was used for another file.'],
  'file.offset_wrong': [409, 'The part does not begin where the received part ends.'],
  'file.incomplete': [409, 'The file has not been received completely.'],
  'file.hash_mismatch': [422, 'The received bytes do not have the given SHA-256.'],
  'file.type_refused': [415, 'Files of this type are not accepted.'],
  'file.type_mismatch': [415, 'The content of the file is not what its name says.'],
  'file.image_too_large': [422, 'The picture has too many pixels.'],
  'file.archive_refused': [422, 'The file unpacks to too much, has a password, or is built to mislead.'],
  'file.damaged': [422, 'The file is damaged.'],
  'file.waiting': [409, 'The file is still being checked; try again shortly.'],
  'file.quarantined': [410, 'The file was locked away because harmful content was found in it.'],
  'file.state_refused': [409, 'The file is not in a state that allows this.'],
  'crypto.auth_failed': [500, 'A stored value could not be read.'],
  'crypto.key_missing': [503, 'A key is not available.'],
  'audit.unavailable': [503, 'The audit trail cannot be written, so nothing was done.'],
  'audit.entry_invalid': [500, 'The audit entry is not valid, so nothing was done.'],
  'audit.not_recorded': [500, 'A change without an audit entry was refused.'],
  'storage.full': [503, 'The disk is full; reading goes on, writing does not.'],
  'storage.unavailable': [503, 'The database cannot be reached.'],
  'server.busy': [503, 'The server is busy; try again shortly.'],
  'server.draining': [503, 'The server is shutting down.'],
  'server.internal': [500, 'Something went wrong on our side.'],
} as const satisfies Record<string, readonly [number, string]>;

/** A permanent, dotted error code. */
export type ErrorCode = keyof typeof ERRORS;

/** Extra facts of an error. They are shown to the caller: no secret, SQL, stack, or personal data. */
export type ErrorDetails = Record<string, string | number | boolean | string[]>;

/** The one error class of the product; anything else that is thrown is a fault of ours. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** HTTP status of the code. */
  readonly status: number;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(ERRORS[code][1], options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = ERRORS[code][0];
    this.details = options.details;
  }
}
