import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components/Button';
import { routes } from '../../contract/api/screens.ts';
import type { LakeState } from '../../contract/api/index.ts';
import { queries, useAct } from '../data/index.ts';
import { middle } from '../format/index.ts';
import { useDoor } from '../host/index.ts';
import { Dialog, Icon, MenuButton, ProblemView } from '../ui/index.ts';
import type { MenuEntry } from '../ui/index.ts';
import { useCommand } from './commands.ts';

/** The lake that is open, and the way to another. */
export function LakePick({ lake }: { readonly lake: LakeState }): React.ReactNode {
  const { t } = useTranslation('app');
  const { call } = useDoor();
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const known = useQuery(queries.lakes(call)).data?.lakes ?? [];
  const open = useAct(routes.openLake);
  const close = useAct(routes.closeLake);
  const toStart = useCallback(() => void navigate({ to: '/start' }), [navigate]);
  const leave = useCallback(() => close.mutate({}, { onSuccess: () => {
    void client.resetQueries();
    toStart();
  } }), [close, client, toStart]);
  useCommand('lake.open', toStart);
  useCommand('lake.new', toStart);
  useCommand('lake.close', leave);
  const entries: MenuEntry[] = [
    ...known
      .filter(({ folder }) => folder !== lake.folder)
      .slice(0, 8)
      .map((one): MenuEntry => ({
        id: one.key,
        words: one.name,
        icon: 'lake',
        run: () => {
          const from = router.state.location.pathname;
          open.mutate({ params: { key: one.key } }, { onSuccess: () => {
            void client.resetQueries();
            // Who went on meanwhile, as with files that were dropped, stays there.
            if (router.state.location.pathname === from) void navigate({ to: '/' });
          } });
        },
      })),
    { id: 'start', words: t('lakes.other'), icon: 'folder', parted: known.length > 1, run: toStart },
    { id: 'close', words: t('lakes.close'), run: leave },
  ];
  const problem = open.error ?? close.error;
  return (
    <>
      <MenuButton label={t('lakes.name')} entries={entries}>
        <Button className="lakepick">
          <b className="clip">{lake.name}</b>
          <span className="lakepick-down">
            <Icon name="down" />
          </span>
          <span className="meta clip">{middle(lake.folder, 26)}</span>
          <span className="sr">{t('lakes.pick')}</span>
          <span className="lakepick-icon">
            <Icon name="lake" />
          </span>
        </Button>
      </MenuButton>
      <Dialog
        open={problem !== null}
        title={t('lakes.refused')}
        alert
        focusStay
        onClose={() => {
          open.reset();
          close.reset();
        }}
      >
        <ProblemView error={problem} tight />
      </Dialog>
    </>
  );
}
