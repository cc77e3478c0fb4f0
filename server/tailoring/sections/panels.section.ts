import { defineSection } from '../../platform/settings/index.ts';

/** Cards of the customer panel beside a conversation. */
export const PANEL_CARDS = ['profile', 'fields', 'tickets', 'conversations'] as const;
/** One of them. */
export type PanelCard = (typeof PANEL_CARDS)[number];
/** Which cards there are, in their order. */
export interface Panels {
  customer: PanelCard[];
}

/** Section `panels`. */
export const PANELS = defineSection<Panels>({
  name: 'panels',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['customer'],
    properties: {
      customer: {
        type: 'array',
        minItems: 1,
        maxItems: PANEL_CARDS.length,
        uniqueItems: true,
        items: { enum: [...PANEL_CARDS] },
      },
    },
  },
  defaults: { customer: [...PANEL_CARDS] },
});
