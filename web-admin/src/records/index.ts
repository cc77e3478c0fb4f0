export { RecordFieldsCard } from './record-fields.tsx';
