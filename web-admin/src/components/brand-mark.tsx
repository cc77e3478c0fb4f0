import { logoUrl, useAppearance } from '../tailoring/index.ts';

/** The installation's logo, or the plain mark. The name stands beside it, so it says nothing to screen readers. */
export function BrandMark() {
  const url = logoUrl(useAppearance().logo);
  return url ? (
    <img className="brand-logo" src={url} alt="" />
  ) : (
    <span className="brand-mark" aria-hidden="true" />
  );
}
