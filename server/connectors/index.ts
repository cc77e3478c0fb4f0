import type { AnyConnector } from './connector.ts';
import { dbviewConnector } from './dbview/index.ts';
import { fhirConnector } from './fhir/index.ts';
import { hl7v2Connector } from './hl7v2/index.ts';
import { iso8583Connector } from './iso8583/index.ts';
import { odataConnector } from './odata/index.ts';
import { restConnector } from './rest/index.ts';
import { soapConnector } from './soap/index.ts';

/** Every connector the product ships; one line each. */
export const CONNECTORS: readonly AnyConnector[] = [
  restConnector,
  dbviewConnector,
  odataConnector,
  fhirConnector,
  hl7v2Connector,
  soapConnector,
  iso8583Connector,
];
