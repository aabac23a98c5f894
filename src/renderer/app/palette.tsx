import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Autocomplete } from 'react-aria-components/Autocomplete';
import { Dialog } from 'react-aria-components/Dialog';
import { Input } from 'react-aria-components/Input';
import { Menu, MenuItem } from 'react-aria-components/Menu';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { SearchField } from 'react-aria-components/SearchField';
import { routes } from '../../contract/api/screens.ts';
import { useDoor } from '../host/index.ts';
import { Icon } from '../ui/index.ts';
import type { IconName } from '../ui/index.ts';
import { keyWords, shortcuts, useCommands } from './commands.ts';
import type { CommandId } from './commands.ts';
import '../ui/dialog.css';
import './palette.css';

interface Found {
  readonly id: string;
  readonly words: string;
  readonly meta: string | null;
  readonly icon: IconName;
  run(): void;
}

const offered = ['go.home', 'go.datasets', 'go.ledger', 'intake', 'export', 'verify', 'lake.open', 'lake.close', 'view.theme', 'view.density', 'help.shortcuts', 'help.about'] as const satisfies readonly CommandId[];

/** Datasets, entries and commands by what one types. */
export function Palette({ onClose }: { onClose(): void }): React.ReactNode {
  const { t } = useTranslation('app');
  const { call } = useDoor();
  const navigate = useNavigate();
  const commands = useCommands();
  const [text, setText] = useState('');
  const asked = text.trim();
  const datasets = useQuery({ queryKey: ['datasets', 'palette', asked], queryFn: ({ signal }) => call(routes.listDatasets, { query: { find: asked, limit: 12 }, signal }), placeholderData: keepPreviousData }).data?.items ?? [];
  const entry = /^#?(\d[\d,]*)$/.exec(asked)?.[1]?.replaceAll(',', '');
  const found: Found[] = [
    ...datasets.map((dataset): Found => ({ id: `dataset:${dataset.id}`, words: dataset.id, meta: dataset.title, icon: 'dataset', run: () => void navigate({ to: '/datasets/$id', params: { id: dataset.id } }) })),
    ...(entry === undefined ? [] : [{ id: 'entry', words: t('palette.entry', { seq: entry }), meta: null, icon: 'ledger' as const, run: () => void navigate({ to: '/ledger', search: { entry: Number(entry) } }) }]),
    ...offered
      .filter((id) => commands.has(id) && t(`commands.${id}`).toLowerCase().includes(asked.toLowerCase()))
      .map((id): Found => {
        const keys = shortcuts[id];
        return { id, words: t(`commands.${id}`), meta: keys === undefined ? null : keyWords(keys, commands.mac), icon: 'right', run: () => void commands.run(id) };
      }),
  ];
  return (
    <ModalOverlay className="dialog-veil palette-veil" isOpen isDismissable onOpenChange={(open) => (open ? undefined : onClose())}>
      <Modal className="dialog-box palette">
        <Dialog className="dialog" aria-label={t('palette.open')}>
          <Autocomplete inputValue={text} onInputChange={setText}>
            <SearchField aria-label={t('palette.open')} autoFocus>
              <div className="field-box">
                <Icon name="find" />
                <Input className="field-input" placeholder={t('palette.open')} />
              </div>
            </SearchField>
            <Menu
              className="palette-list"
              aria-label={t('palette.found')}
              items={found}
              renderEmptyState={() => <p className="item two">{t('palette.nothing', { text: asked })}</p>}
              onAction={(id) => {
                onClose();
                found.find((one) => one.id === id)?.run();
              }}
            >
              {(one) => (
                <MenuItem id={one.id} textValue={one.words} className="item">
                  <Icon name={one.icon} />
                  <span className="clip">{one.words}</span>
                  {one.meta === null ? null : <span className="meta clip">{one.meta}</span>}
                </MenuItem>
              )}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
