import { Input } from 'antd';
import { useMemo, useState } from 'react';
import { Link, NavLink, useParams } from 'react-router';
import { EmptyFace, NotFoundFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { searchGuides, type Guide, type Hit } from './guide.ts';
import { listGuides } from './guides.ts';
import type { Block, Inline } from './markdown.ts';
import './help.css';

const QUERY_MAX = 100;
/** Another guide, with or without a heading; everything else lies outside the console. */
const GUIDE_LINK = /^(?:\.\/)?([a-z-]+)\.md(?:#.*)?$/;

function Inlines({ inlines }: { inlines: readonly Inline[] }) {
  return inlines.map((inline, index) => {
    if (inline.kind === 'code') return <code key={index}>{inline.text}</code>;
    if (inline.kind === 'strong') return <strong key={index}>{inline.text}</strong>;
    const guide = inline.kind === 'link' ? GUIDE_LINK.exec(inline.target)?.[1] : undefined;
    if (guide)
      return (
        <Link key={index} to={`/help/${guide}`}>
          {inline.text}
        </Link>
      );
    return <span key={index}>{inline.text}</span>;
  });
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return block.level <= 2 ? (
        <h2>
          <Inlines inlines={block.inlines} />
        </h2>
      ) : (
        <h3>
          <Inlines inlines={block.inlines} />
        </h3>
      );
    case 'paragraph':
      return (
        <p>
          <Inlines inlines={block.inlines} />
        </p>
      );
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'list': {
      const List = block.isOrdered ? 'ol' : 'ul';
      return (
        <List>
          {block.items.map((item, index) => (
            <li key={index}>
              <Inlines inlines={item} />
            </li>
          ))}
        </List>
      );
    }
    case 'table':
      return <TableView block={block} />;
  }
}

function TableView({ block }: { block: Extract<Block, { kind: 'table' }> }) {
  return (
    <div className="help-table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {block.head.map((cell, index) => (
              <th key={index} scope="col">
                <Inlines inlines={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, index) => (
                <td key={index}>
                  <Inlines inlines={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Hits({ hits }: { hits: readonly Hit[] }) {
  const { t } = useI18n();
  if (hits.length === 0) return <EmptyFace text={t('help.nothing')} />;
  return (
    <ul className="help-hits" aria-label={t('help.found', { count: hits.length })}>
      {hits.map((hit, index) => (
        <li key={index}>
          <Link to={`/help/${hit.guide}`}>{hit.title}</Link>
          <p>{hit.text}</p>
        </li>
      ))}
    </ul>
  );
}

/** Guides that came with the product: read and searched without any request. */
export default function HelpPage() {
  const { guide: name } = useParams();
  const { t, locale } = useI18n();
  const guides = useMemo(() => listGuides(locale), [locale]);
  const [query, setQuery] = useState('');
  const guide: Guide | undefined = name === undefined ? guides[0] : guides.find((one) => one.name === name);
  if (!guide) return <NotFoundFace />;
  const isSearching = query.trim() !== '';
  return (
    <Page title={t('help.title')}>
      <div className="help-columns">
        <nav aria-label={t('help.guides')}>
          <Input.Search
            aria-label={t('help.search')}
            placeholder={t('help.search')}
            allowClear
            maxLength={QUERY_MAX}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
          <ul>
            {guides.map((one) => (
              <li key={one.name}>
                <NavLink
                  to={`/help/${one.name}`}
                  className={one === guide && !isSearching ? 'active' : ''}
                  onClick={() => setQuery('')}
                >
                  {one.title}
                </NavLink>
              </li>
            ))}
          </ul>
        </nav>
        <article className="panel help-text">
          {isSearching ? (
            <Hits hits={searchGuides(guides, query)} />
          ) : (
            guide.blocks.map((block, index) => <BlockView key={index} block={block} />)
          )}
        </article>
      </div>
    </Page>
  );
}
