/** Kinds of faults of RFC 7644 §3.12 that are told apart. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue';

/** A request that cannot be done; the message holds nothing of the request. */
export class ScimFault extends Error {
  readonly status: 400 | 409;
  readonly scimType: ScimType;
  constructor(status: 400 | 409, scimType: ScimType, message: string) {
    super(message);
    this.status = status;
    this.scimType = scimType;
  }
}
