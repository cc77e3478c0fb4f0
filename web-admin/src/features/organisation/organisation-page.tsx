import { Alert, Input } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { Page, ROOT_UNIT_ID } from '../../components/index.ts';
import { ExportButton } from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useClosingUnits, type Unit } from './organisation-data.ts';
import { UnitDialog, type UnitAct } from './unit-dialogs.tsx';
import { UnitPanel } from './unit-panel.tsx';
import { FoundUnits, UnitTree } from './unit-tree.tsx';
import './organisation.css';

const WORDS_MAX = 100;

/** Says which closed units still hand their work over. */
function HandOvers() {
  const { t } = useI18n();
  const { data } = useClosingUnits();
  if (!data || data.length === 0) return null;
  const names = data.map(({ name }) => name).join('、');
  return (
    <Alert
      className="dialog-alert"
      type="info"
      showIcon
      role="status"
      title={t('unit.closing_title')}
      description={t('unit.closing_text', { names })}
    />
  );
}

/** The organisation: its units as a tree, and one of them beside it. The chosen unit stands in the address. */
export default function OrganisationPage() {
  const { t } = useI18n();
  const [search, setSearch] = useSearchParams();
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<{ act: UnitAct; unit: Unit }>();
  const selectedId = search.get('unit') ?? ROOT_UNIT_ID;
  const handleSelect = (id: string) => setSearch(id === ROOT_UNIT_ID ? {} : { unit: id });
  const close = () => setChosen(undefined);
  return (
    <Page
      title={t('unit.title')}
      tools={
        <ExportButton permission="unit:write" subject={{ kind: 'unit.list', params: {}, filters: [] }} />
      }
    >
      <HandOvers />
      <div className="filters" role="search">
        <Input.Search
          className="filter-search"
          aria-label={t('unit.search')}
          placeholder={t('unit.search')}
          allowClear
          maxLength={WORDS_MAX}
          onSearch={(value) => setWords(value.trim())}
        />
      </div>
      <div className="unit-columns">
        <section className="panel" aria-label={t('unit.tree')}>
          {words === '' ? (
            <UnitTree selectedId={selectedId} onSelect={handleSelect} />
          ) : (
            <FoundUnits words={words} selectedId={selectedId} onSelect={handleSelect} />
          )}
        </section>
        <section className="panel" aria-label={t('unit.one')} aria-live="polite">
          <UnitPanel id={selectedId} onAct={(act, unit) => setChosen({ act, unit })} />
        </section>
      </div>
      {chosen && (
        <UnitDialog
          {...chosen}
          onClose={close}
          onDone={(id) => {
            close();
            handleSelect(id);
          }}
        />
      )}
    </Page>
  );
}
