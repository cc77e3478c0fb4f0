import { connectorFault } from '../kit/index.ts';

/** Version of the protocol. */
export type ODataVersion = '2' | '4';

/** Types of values in addresses and bodies. */
export const ODATA_TYPES = ['string', 'guid', 'integer', 'decimal', 'boolean', 'date', 'instant'] as const;
/** One of the types. */
export type ODataType = (typeof ODATA_TYPES)[number];

const FORMS: Record<Exclude<ODataType, 'string'>, RegExp> = {
  guid: /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
  integer: /^-?\d{1,19}$/,
  decimal: /^-?\d{1,30}(?:\.\d{1,20})?$/,
  boolean: /^(?:true|false)$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  instant: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?Z$/,
};

/** A value that does not have the form of its type would change the question; throws `connector.remote_refused`. */
function assertForm(value: string, type: ODataType): void {
  if (type !== 'string' && !FORMS[type].test(value)) {
    throw connectorFault('connector.remote_refused', 'value');
  }
}

/**
 * A value as a literal of an address, not yet percent-encoded. Quotes are doubled, so a value never ends its text
 * (OData 4.01 ABNF; OData 2.0 "Abstract Type System").
 */
export function literalOf(version: ODataVersion, value: string, type: ODataType): string {
  assertForm(value, type);
  if (type === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (version === '4') return value;
  switch (type) {
    case 'guid':
      return `guid'${value}'`;
    case 'decimal':
      return `${value}M`;
    case 'date':
      return `datetime'${value}T00:00:00'`;
    case 'instant':
      return `datetimeoffset'${value}'`;
    default:
      return value;
  }
}

/**
 * A value as it stands in a JSON body, as the text of a JSON token: decimals and big integers keep their digits, which
 * a number of JavaScript would lose. Version 2 writes numbers as texts and instants as milliseconds.
 */
export function jsonOf(version: ODataVersion, value: string, type: ODataType): string {
  assertForm(value, type);
  if (version === '4')
    return ['integer', 'decimal', 'boolean'].includes(type) ? value : JSON.stringify(value);
  if (type === 'date' || type === 'instant') {
    const at = Date.parse(type === 'date' ? `${value}T00:00:00Z` : value);
    if (Number.isNaN(at)) throw connectorFault('connector.remote_refused', 'value');
    return JSON.stringify(`/Date(${at})/`);
  }
  return type === 'boolean' || (type === 'integer' && value.length < 16) ? value : JSON.stringify(value);
}
