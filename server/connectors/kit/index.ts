export { connectorFault, retryAfterMs, statusFault } from './faults.ts';
export { parseJson, plainDecimal } from './json.ts';
export { compileMapping, type Mapping } from './mapping.ts';
export { charsetNamed, decodeText, encodeText } from './charset.ts';
export { encodePart, pathSegment, placeOfUrl, queryText } from './url.ts';
export { toValue, VALUE_CHARACTERS_MAX } from './values.ts';
export { assertDeclared, operationsSchema, toOperation, type DeclaredOperation } from './declared.ts';
export { assertPlaces, fill, headerValue, placesOf } from './template.ts';
export {
  assertHttp,
  HTTP_PROPERTIES,
  HTTP_SECRET_SCHEMA,
  httpPlaces,
  short,
  TEXTS,
  title,
  urlBelow,
  type HttpAuth,
  type HttpSettings,
} from './auth.ts';
export { jsonInside, type Outgoing } from './authority.ts';
export { converse } from './wire.ts';
export { ANSWER_CODE_SCHEMA, isAbsentByCode, recordsOf, textAt, type AnswerCode } from './answer.ts';
export { elementToRaw, escapeXml, parseXmlText } from './xml.ts';
export { HttpTalk, readPages } from './talk.ts';
