import type { ComponentType, LazyExoticComponent } from 'react';
import type { Permission } from './auth/index.ts';
import type { MessageKey } from './i18n/index.ts';

/** One page of the console. */
export interface FeatureRoute {
  /** Path of react-router: `/tickets/:id`. */
  path: string;
  /** Any one of these opens the page; empty: every signed-in account. */
  anyOf: readonly Permission[];
  /** Loaded when the page is first opened. */
  component: LazyExoticComponent<ComponentType>;
  /** Present for pages with an entry in the side navigation; their order is the order here. */
  nav?: { label: MessageKey; icon: ComponentType; badge?: 'queue' };
  /** Pages that show customer data carry the screen watermark. */
  hasCustomerData?: boolean;
}

/** Every page behind the sign-in. Features add their rows; the shell draws navigation and guards from them. */
export const FEATURE_ROUTES: readonly FeatureRoute[] = [];
