export {
  createTailoring,
  TAILORING_SECTIONS,
  type Tailoring,
  type TailoringDeps,
  type WidgetLook,
} from './tailoring.ts';
export { MODULE_PATHS, MODULES, type Module } from './sections/modules.section.ts';
export { REGION } from './sections/region.section.ts';
export type { TextKey } from './sections/texts.section.ts';
