import { Button } from 'antd';
import { useI18n } from '../i18n/index.ts';

/** Foot of a cursor-paged list: loads the next page, or says that there is none. */
export function LoadMore({
  list,
}: {
  list: { hasMore: boolean; isFetchingMore: boolean; items: readonly unknown[]; loadMore(): void };
}) {
  const { t } = useI18n();
  if (list.items.length === 0) return null;
  return (
    <div className="load-more">
      {list.hasMore ? (
        <Button onClick={list.loadMore} loading={list.isFetchingMore}>
          {t('action.more')}
        </Button>
      ) : (
        <span>{t('list.all_loaded')}</span>
      )}
    </div>
  );
}
