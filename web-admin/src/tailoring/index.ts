export {
  logoUrl,
  useAppearance,
  useBrandColours,
  useLocalised,
  useProductName,
  type Localised,
} from './appearance.ts';
export { brandContrast, CONTRAST_MIN } from './colour.ts';
export { FieldFilter, type FieldFilterValue } from './field-filter.tsx';
export { FieldInputs } from './field-inputs.tsx';
export {
  FIELD_MASKS,
  FIELD_MATCHES,
  FIELD_TYPES,
  changedValues,
  filledValues,
  useFields,
  useRecordFieldActions,
  useRecordFields,
  useValueText,
  type Field,
  type FieldChoice,
  type FieldMask,
  type FieldMatch,
  type FieldsOf,
  type FieldType,
  type FieldValue,
  type FieldValues,
  type KnownField,
  type RecordFields,
  type RecordType,
} from './fields.ts';
export {
  arrange,
  isOff,
  MODULES,
  NavEntriesContext,
  PANEL_CARDS,
  useLayout,
  useNavEntries,
  type Layout,
  type ModuleName,
  type NavEntry,
  type PanelCard,
} from './layout.ts';
