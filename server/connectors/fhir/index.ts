import type { ConnectorModule } from '../connector.ts';
import { HTTP_SECRET_SCHEMA, httpPlaces, toOperation } from '../kit/index.ts';
import { assertFhirConfig, FHIR_CONFIG_SCHEMA, type FhirConfig } from './fhir.config.ts';
import { FHIR_PRESETS } from './fhir.presets.ts';
import { FhirSession } from './fhir.session.ts';

/** Hospitals with HL7 FHIR R4. */
export const fhirConnector: ConnectorModule<FhirConfig> = {
  manifest: {
    id: 'fhir',
    version: '1.0.0',
    vendor: 'Vaultdesk',
    kinds: ['his'],
    title: { zh: 'FHIR R4', en: 'FHIR R4' },
    about: {
      zh: '医院信息系统的 FHIR R4 接口：检索、预约、取消，SMART 后端授权。',
      en: 'Hospitals with FHIR R4: searches, bookings, cancellations, SMART backend authorisation.',
    },
  },
  configSchema: FHIR_CONFIG_SCHEMA,
  secretSchema: HTTP_SECRET_SCHEMA,
  presets: FHIR_PRESETS,
  assertConfig: assertFhirConfig,
  places: httpPlaces,
  operations: (config) => config.operations.map(toOperation),
  open: (config, io) => new FhirSession(config, io),
};
