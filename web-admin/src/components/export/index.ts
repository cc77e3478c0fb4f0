export { ExportButton, exportParams } from './export-button.tsx';
export {
  fileAddress,
  isActive,
  ratioOf,
  sizeText,
  useExportActs,
  useExports,
  type ExportItem,
  type ExportState,
} from './export-data.ts';
