import { useTranslation } from 'react-i18next';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from './button.tsx';
import './dialog.css';

interface DialogProps {
  readonly open: boolean;
  /** The question. */
  readonly title: string;
  readonly children: React.ReactNode;
  /** What it does, at the right; the safe answer stands before it. Left out where there is nothing to decide. */
  readonly actions?: React.ReactNode;
  /** Words of the safe answer; `Cancel` where none are given. */
  readonly stay?: string;
  /** Nobody types here, so the safe answer has the focus. */
  readonly focusStay?: boolean;
  readonly wide?: boolean;
  readonly alert?: boolean;
  onClose(): void;
}

/** A question before something that cannot be undone, needs a passphrase, or makes something new. */
export function Dialog({ open, title, children, actions, stay, focusStay = false, wide = false, alert = false, onClose }: DialogProps): React.ReactNode {
  const { t } = useTranslation('ui');
  return (
    <ModalOverlay className="dialog-veil" isOpen={open} onOpenChange={(now) => (now ? undefined : onClose())} isDismissable={false}>
      <Modal className={wide ? 'dialog-box dialog-wide' : 'dialog-box'}>
        <AriaDialog className="dialog" role={alert ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" level={2} className="dialog-title">
            {title}
          </Heading>
          <div className="dialog-body">{children}</div>
          <div className="dialog-foot">
            <Button onPress={onClose} autoFocus={focusStay}>
              {stay ?? (actions === undefined ? t('close') : t('cancel'))}
            </Button>
            {actions}
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
