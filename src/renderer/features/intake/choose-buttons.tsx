import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useDoor } from '../../host/index.ts';
import { Button } from '../../ui/index.ts';
import { useIntakeStore } from '../../upload/index.ts';

/** Files or a folder out of the system's own dialog: what a drop does, with a keyboard. */
export function ChooseButtons({ small = false }: { readonly small?: boolean }): React.ReactNode {
  const { t } = useTranslation('intake');
  const { host } = useDoor();
  const intakes = useIntakeStore();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement): void => {
    void intakes.chooseFiles([...(input.files ?? [])]);
    // The same choice may be made again.
    input.value = '';
  };
  const chooseFiles = async (): Promise<void> => {
    if (host.desktop === null) files.current?.click();
    else intakes.choosePaths(await host.desktop.chooseFiles({ title: t('filesAsk') }));
  };
  const chooseFolder = async (): Promise<void> => {
    if (host.desktop === null) return folder.current?.click();
    const path = await host.desktop.chooseFolder({ title: t('folderAsk') });
    if (path !== null) intakes.choosePaths([path]);
  };
  return (
    <span className="row wrap">
      <Button icon="plus" small={small} onPress={() => void chooseFiles()}>
        {t('chooseFiles')}
      </Button>
      <Button icon="folder" small={small} onPress={() => void chooseFolder()}>
        {t('chooseFolder')}
      </Button>
      <input ref={files} type="file" multiple hidden onChange={(event) => take(event.currentTarget)} data-pick="files" />
      <input ref={folder} type="file" {...{ webkitdirectory: '' }} hidden onChange={(event) => take(event.currentTarget)} data-pick="folder" />
    </span>
  );
}
