export { ScimFault, type ScimType } from './fault.ts';
export { fits, parseFilter, type Filter } from './filter.ts';
export { applyPatch, type PatchOperation } from './patch.ts';
export { readSort, sorted, type Sort } from './sort.ts';
