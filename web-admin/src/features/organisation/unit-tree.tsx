import { Tree } from 'antd';
import { useState, type KeyboardEvent } from 'react';
import { usePageList } from '../../api/index.ts';
import { EmptyFace, ErrorFace, LoadingFace, LoadMore, ROOT_UNIT_ID } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { CHILDREN_SHOWN_MAX, useChildren, useUnit, type Unit } from './organisation-data.ts';
import { buildTree } from './organisation-rules.ts';

const FOUND_PAGE = 50;

interface TreeProps {
  selectedId: string;
  onSelect: (id: string) => void;
}

function UnitTitle({ unit }: { unit: Unit }) {
  const { t } = useI18n();
  return (
    <span className="unit-title">
      {unit.name}{' '}
      <span className="soft">
        {unit.code} · {t('unit.people_count', { count: unit.people })}
      </span>
    </span>
  );
}

/** The tree of units; what lies under a unit is read when it is opened. The chosen unit is brought to sight. */
export function UnitTree({ selectedId, onSelect }: TreeProps) {
  const { t } = useI18n();
  const root = useUnit(ROOT_UNIT_ID);
  const selected = useUnit(selectedId).data;
  const [expanded, setExpanded] = useState<readonly string[]>([ROOT_UNIT_ID]);
  const [active, setActive] = useState('');
  const [revealed, setRevealed] = useState('');
  const { childrenOf, hasMore } = useChildren(expanded);
  const place = selected ? `${selected.id} ${selected.parentId}` : '';
  if (selected && place !== revealed) {
    setRevealed(place);
    const above = selected.path.map(({ id }) => id).filter((id) => id !== selected.id);
    setExpanded([...new Set([...expanded, ...above])]);
  }
  // The tree's own Enter opens and closes, as the arrows do already.
  function handleKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || active === '') return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(active);
  }
  if (root.error) return <ErrorFace error={root.error} onRetry={() => void root.refetch()} />;
  if (!root.data) return <LoadingFace />;
  return (
    <>
      <p className="soft">{t('unit.keys')}</p>
      <div onKeyDownCapture={handleKeyDown}>
        <Tree
          blockNode
          aria-label={t('unit.tree')}
          treeData={[buildTree<Unit>(root.data, childrenOf)]}
          titleRender={({ unit }) => <UnitTitle unit={unit} />}
          expandedKeys={[...expanded]}
          onExpand={(keys) => setExpanded(keys.map(String))}
          selectedKeys={[selectedId]}
          onSelect={(_keys, { node }) => onSelect(node.key)}
          onActiveChange={(key) => setActive(key === null ? '' : String(key))}
        />
      </div>
      {hasMore && <p className="soft">{t('unit.more_children', { max: CHILDREN_SHOWN_MAX })}</p>}
    </>
  );
}

/** Units whose name or code holds the words. */
export function FoundUnits({ words, selectedId, onSelect }: TreeProps & { words: string }) {
  const { t } = useI18n();
  const query = { q: words, limit: FOUND_PAGE };
  const list = usePageList<Unit>({ resource: 'units', path: '/units', query });
  if (list.error && list.items.length === 0) return <ErrorFace error={list.error} onRetry={list.reload} />;
  if (list.isLoading) return <LoadingFace />;
  if (list.items.length === 0) return <EmptyFace text={t('unit.none_found')} />;
  return (
    <>
      <ul className="plain-list">
        {list.items.map((unit) => (
          <li key={unit.id}>
            <button
              type="button"
              className="row-button"
              aria-pressed={unit.id === selectedId}
              onClick={() => onSelect(unit.id)}
            >
              <UnitTitle unit={unit} />
            </button>
          </li>
        ))}
      </ul>
      <LoadMore list={list} />
    </>
  );
}
