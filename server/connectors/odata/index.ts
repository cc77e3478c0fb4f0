import type { ConnectorModule } from '../connector.ts';
import { HTTP_SECRET_SCHEMA, httpPlaces, toOperation } from '../kit/index.ts';
import { assertODataConfig, ODATA_CONFIG_SCHEMA, type ODataConfig } from './odata.config.ts';
import { ODATA_PRESETS } from './odata.presets.ts';
import { ODataSession } from './odata.session.ts';

/** Systems with OData: SAP gateways, Dynamics, and whatever else speaks version 2 or 4. */
export const odataConnector: ConnectorModule<ODataConfig> = {
  manifest: {
    id: 'odata',
    version: '1.0.0',
    vendor: 'Vaultdesk',
    kinds: ['crm', 'erp', 'order', 'warehouse'],
    title: { zh: 'OData 接口', en: 'OData' },
    about: {
      zh: 'OData 2 与 4：按类型书写条件、服务器分页、CSRF 令牌、$batch 写入。',
      en: 'OData 2 and 4: typed conditions, server paging, CSRF tokens, writes through $batch.',
    },
  },
  configSchema: ODATA_CONFIG_SCHEMA,
  secretSchema: HTTP_SECRET_SCHEMA,
  presets: ODATA_PRESETS,
  assertConfig: assertODataConfig,
  places: httpPlaces,
  operations: (config) => config.operations.map(toOperation),
  open: (config, io) => new ODataSession(config, io),
};
