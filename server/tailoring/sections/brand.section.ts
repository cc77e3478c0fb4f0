import { AppError } from '../../kernel/index.ts';
import { defineSection } from '../../platform/settings/index.ts';
import { CONTRAST_MIN, contrastOf } from './brand.rules.ts';
import { readPng } from './png.ts';
import { localised, type Localised } from './localised.ts';

/** How the product looks and what it is called. */
export interface Brand {
  name: Localised;
  /** Buttons, links, and the mark of the console; white stands on it, and it stands on the light ground. */
  primary: string;
  /** Shown under the sign-in form; null shows nothing. */
  signInText: Localised | null;
  /** Base64 of a PNG; null shows the plain mark. */
  logo: string | null;
  widget: { primary: string };
}

/** Limits of the logo. */
export const LOGO = { bytesMax: 64 * 1024, widthMax: 512, heightMax: 256 } as const;
const NAME_CHARACTERS_MAX = 40;
const SIGN_IN_CHARACTERS_MAX = 300;
const BASE64_CHARACTERS_MAX = Math.ceil(LOGO.bytesMax / 3) * 4;
const WHITE = '#ffffff';
/** Ground of the console's pages in the light theme; the widget's is lighter. */
const LIGHT_GROUND = '#f3f5f8';
const colour = { type: 'string', pattern: '^#[0-9a-f]{6}$' };

/** Section `brand`. */
export const BRAND = defineSection<Brand>({
  name: 'brand',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'primary', 'signInText', 'logo', 'widget'],
    properties: {
      name: localised(NAME_CHARACTERS_MAX),
      primary: colour,
      signInText: { anyOf: [localised(SIGN_IN_CHARACTERS_MAX), { type: 'null' }] },
      logo: {
        anyOf: [
          { type: 'string', pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength: BASE64_CHARACTERS_MAX },
          { type: 'null' },
        ],
      },
      widget: {
        type: 'object',
        additionalProperties: false,
        required: ['primary'],
        properties: { primary: colour },
      },
    },
  },
  defaults: {
    name: { zh: 'Vaultdesk', en: 'Vaultdesk' },
    primary: '#0958d9',
    signInText: null,
    logo: null,
    widget: { primary: '#0958d9' },
  },
  normalise(brand) {
    if (brand.logo === null) return brand;
    const png = readPng(Buffer.from(brand.logo, 'base64'), LOGO);
    if (png === undefined) throw new AppError('brand.logo_refused', { details: { at: '/logo' } });
    return { ...brand, logo: png.bytes.toString('base64') };
  },
  assert(brand) {
    assertContrast('/primary', brand.primary);
    assertContrast('/widget/primary', brand.widget.primary);
  },
});

/** White on the colour, and the colour on the light ground, where it is a link. */
function assertContrast(at: string, value: string): void {
  const contrast = Math.min(contrastOf(value, WHITE), contrastOf(value, LIGHT_GROUND));
  if (contrast >= CONTRAST_MIN) return;
  const details = { at, contrast: Math.floor(contrast * 100) / 100, required: CONTRAST_MIN };
  throw new AppError('brand.contrast', { details });
}
