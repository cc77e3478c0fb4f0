import { useEffect, type ReactNode } from 'react';
import { useProductName } from '../tailoring/index.ts';

/** Frame of a page: its title as the only h1 and in the window's title, tools at the right, content below. */
export function Page({
  title,
  tools,
  children,
  isWide = false,
}: {
  title: string;
  tools?: ReactNode;
  children: ReactNode;
  isWide?: boolean;
}) {
  usePageTitle(title);
  return (
    <div className={isWide ? 'page page-wide' : 'page'}>
      <header className="page-head">
        <h1>{title}</h1>
        {tools && <div className="page-tools">{tools}</div>}
      </header>
      {children}
    </div>
  );
}

/** Sets the window's title: page first, so that tabs can be told apart. */
export function usePageTitle(title: string): void {
  const product = useProductName();
  useEffect(() => {
    document.title = title ? `${title} · ${product}` : product;
  }, [title, product]);
}
