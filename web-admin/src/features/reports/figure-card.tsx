import { InfoCircleOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useI18n } from '../../i18n/index.ts';

/** One figure with its name; the definition shows on hover, on focus, and on touch. */
export function FigureCard(props: { name: string; definition: string; value: string | undefined }) {
  const { t } = useI18n();
  const { name, definition, value } = props;
  return (
    <div className="figure-card">
      <dt>
        {name}
        <Tooltip title={definition} trigger={['hover', 'focus', 'click']}>
          <Button
            type="text"
            size="small"
            className="figure-info"
            icon={<InfoCircleOutlined />}
            aria-label={t('report.definition', { name })}
          />
        </Tooltip>
        <span className="visually-hidden">{definition}</span>
      </dt>
      <dd className={value === undefined ? 'soft' : undefined}>{value ?? t('report.none')}</dd>
    </div>
  );
}
