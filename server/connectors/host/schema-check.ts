import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { AppError } from '../../kernel/index.ts';
import type { JsonSchema } from '../connector.ts';

/** Checks settings against the schema of their module; throws `connector.config_invalid` with place and rule, never the value. */
export function createSchemaCheck(): (moduleId: string, schema: JsonSchema, value: unknown) => void {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });
  for (const keyword of ['x-title', 'x-secret', 'x-multiline', 'x-hint']) ajv.addKeyword(keyword);
  const known = new Map<string, ValidateFunction>();
  return (moduleId, schema, value) => {
    const validate = known.get(moduleId) ?? ajv.compile(schema);
    known.set(moduleId, validate);
    if (validate(value)) return;
    const error = validate.errors?.[0];
    const named = error?.params['additionalProperty'] ?? error?.params['missingProperty'];
    const at = [error?.instancePath ?? '', ...(typeof named === 'string' ? [named.slice(0, 64)] : [])].join(
      '/',
    );
    throw new AppError('connector.config_invalid', {
      details: { reason: 'schema', at, problem: error?.keyword ?? 'invalid' },
    });
  };
}
