import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons';
import { Button, Checkbox, Form, Input, InputNumber } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import { CriterionConfigFields } from './criterion-config.tsx';
import { CARD_LIMITS, type CardCriterion } from './score-card-data.ts';

/** One criterion of the editor: title, points, fatal or not, settings of its kind, place in the card. */
export function CriterionEditor(props: {
  row: number;
  count: number;
  criterion: CardCriterion | undefined;
  isReadOnly: boolean;
  onMove: (from: number, to: number) => void;
  onRemove: (row: number) => void;
}) {
  const { t } = useI18n();
  const { row, count, criterion, isReadOnly, onMove, onRemove } = props;
  const number = row + 1;
  const required = { required: true, message: t('field.required') };
  const kind = criterion?.kind ?? 'manual';
  const heading = `${t('card.criterion', { number })} · ${t(`qa.kind.${kind}`)}`;
  return (
    <section className="panel criterion-editor" aria-label={heading}>
      <h2>{heading}</h2>
      <div className="criterion-line">
        <Form.Item
          className="criterion-title"
          name={[row, 'title']}
          label={t('card.criterion_title')}
          rules={[{ ...required, whitespace: true }]}
        >
          <Input maxLength={CARD_LIMITS.titleCharacters} />
        </Form.Item>
        <Form.Item name={[row, 'weight']} label={t('card.weight')} rules={[required]}>
          <InputNumber min={1} max={CARD_LIMITS.weight} precision={0} />
        </Form.Item>
      </div>
      <Form.Item name={[row, 'isFatal']} valuePropName="checked" noStyle>
        <Checkbox>{t('card.is_fatal')}</Checkbox>
      </Form.Item>
      <div className="criterion-config">
        <CriterionConfigFields row={row} kind={kind} />
      </div>
      {!isReadOnly && (
        <div className="side-tools">
          <Button
            size="small"
            icon={<ArrowUpOutlined />}
            disabled={row === 0}
            onClick={() => onMove(row, row - 1)}
          >
            {t('card.up')}
          </Button>
          <Button
            size="small"
            icon={<ArrowDownOutlined />}
            disabled={number === count}
            onClick={() => onMove(row, row + 1)}
          >
            {t('card.down')}
          </Button>
          <Button size="small" danger icon={<DeleteOutlined />} onClick={() => onRemove(row)}>
            {t('card.remove')}
          </Button>
        </div>
      )}
    </section>
  );
}
